BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Start-AccountScan' {
    It 'scans the account named and no other' {
        Add-Mail (Join-Path $server.Maildir 'example.com' 'alice' 'Maildir') 'For Alice'
        Add-Mail (Join-Path $server.Maildir 'example.com' 'bob' 'Maildir') 'For Bob'
        (Start-AccountScan $server.Alice).Added | Should -Be 1
        (Start-AccountScan $server.Bob).Added | Should -Be 1
    }

    It 'makes one operation of all accounts in the pipeline' {
        $scan = Get-BackupAccount | Start-AccountScan
        @($scan).Count | Should -Be 1
        $scan.Kind | Should -Be 'AccountScan'
    }

    It 'takes names from the pipeline, and wildcards' {
        ('alice@example.com', 'bob@example.com' | Start-AccountScan).State | Should -Be 'Completed'
        (Start-AccountScan '*@example.org').State | Should -Be 'Completed'
    }

    It 'does nothing with -WhatIf' {
        $before = @(Get-BackupOperation -History).Count
        Get-BackupAccount | Start-AccountScan -WhatIf | Should -BeNullOrEmpty
        @(Get-BackupOperation -History).Count | Should -Be $before
    }

    It 'says that an account is not there' {
        $null = Start-AccountScan nobody@example.com -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike '*AccountNotFound,MailBackup.Cmdlets.StartAccountScanCommand'
    }

    It 'completes accounts' {
        (Get-Completion 'Start-AccountScan ali').CompletionText | Should -Be 'alice@example.com'
    }
}
