BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Get-BackupAccount' {
    It 'lists all accounts by name' {
        (Get-BackupAccount).Account | Should -Be @('alice@example.com', 'bob@example.com', 'carla@example.org', 'dmitri@example.org')
    }

    It 'takes names and wildcards' {
        (Get-BackupAccount alice@example.com).DisplayName | Should -Be 'Alice Adler'
        @(Get-BackupAccount *@example.org).Count | Should -Be 2
        Get-BackupAccount *@nowhere | Should -BeNullOrEmpty
    }

    It 'takes domains, from the pipeline too' {
        @(Get-BackupAccount -Domain example.com).Count | Should -Be 2
        @(Get-BackupDomain example.org | Get-BackupAccount).Count | Should -Be 2
    }

    It 'has dates with an offset, and the directory''s attributes without passwords' {
        $account = Get-BackupAccount alice@example.com
        $account.Created | Should -BeOfType DateTimeOffset
        $account.Attributes['mail'] | Should -Contain 'alice@example.com'
        $account.Attributes.Keys | Should -Not -Contain 'userPassword'
    }

    It 'counts with -Statistics' {
        $account = Get-BackupAccount alice@example.com -Statistics
        $account.Items | Should -Be @(Get-BackupItem alice@example.com).Count
        $account.Bytes | Should -BeGreaterThan 0
    }

    It 'knows what was at a date' {
        Get-BackupAccount -At '2001-01-01' | Should -BeNullOrEmpty
        @(Get-BackupAccount -At (Get-Date)).Count | Should -Be 4
    }

    It 'shows every state with -History' {
        (Get-Content $server.Ldif -Raw).Replace('Alice Adler', 'Alice Ahorn') | Set-Content $server.Ldif -NoNewline
        $null = Start-SmartScan
        $states = @(Get-BackupAccount alice@example.com -History)
        $states.Count | Should -Be 2
        $states[1].DisplayName | Should -Be 'Alice Ahorn'
    }

    It 'says that an account is not there, and goes on' {
        $found = Get-BackupAccount nobody@example.com, bob@example.com -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Account | Should -Be 'bob@example.com'
        $failed[0].FullyQualifiedErrorId | Should -Be 'AccountNotFound,MailBackup.Cmdlets.GetBackupAccountCommand'
        $failed[0].TargetObject | Should -Be 'nobody@example.com'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'completes accounts and domains' {
        (Get-Completion 'Get-BackupAccount d').CompletionText | Should -Be 'dmitri@example.org'
        (Get-Completion 'Get-BackupAccount -Domain ').CompletionText | Should -Be @('example.com', 'example.org')
    }
}
