BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
}

Describe 'Get-BackupSource and Set-BackupSource' {
    It 'shows what was set' {
        (Get-BackupSource).Maildir | Should -Be $server.Maildir
        (Get-BackupSource).Ldif | Should -Be $server.Ldif
    }

    It 'keeps what is not given and takes away what is empty' {
        Set-BackupSource -DefaultDomain example.net
        (Get-BackupSource).Maildir | Should -Be $server.Maildir
        (Set-BackupSource -DefaultDomain '' -PassThru).DefaultDomain | Should -BeNullOrEmpty
    }

    It 'copies a source from one backup path to another' {
        $other = Join-Path $TestDrive 'other'
        Set-BackupPath $other
        Set-BackupPath $server.Path
        Get-BackupSource | Select-Object * -ExcludeProperty BackupPath | Set-BackupSource -BackupPath $other
        (Get-BackupSource -BackupPath $other).Ldif | Should -Be $server.Ldif
    }

    It 'changes nothing with -WhatIf' {
        Set-BackupSource -Pattern '{domain}/{user}/mail' -WhatIf
        (Get-BackupSource).Pattern | Should -BeNullOrEmpty
    }

    It 'refuses a pattern that says too little' {
        { Set-BackupSource -Pattern '{user}' -ErrorAction Stop } | Should -Throw '*{domain}*'
        (Get-BackupSource).Pattern | Should -BeNullOrEmpty
    }

    It 'refuses a tree that is not there, except with -Force' {
        $missing = Join-Path $TestDrive 'missing'
        { Set-BackupSource -Maildir $missing } | Should -Throw -ErrorId 'SourceNotFound,MailBackup.Cmdlets.SetBackupSourceCommand'
        (Get-BackupSource).Maildir | Should -Be $server.Maildir
        Set-BackupSource -Maildir $missing -Force
        (Get-BackupSource).Maildir | Should -Be $missing
        Set-BackupSource -Maildir $server.Maildir
    }
}

Describe 'Test-BackupSource' {
    It 'is true for a server that can be read, and says what it found' {
        $told = Test-BackupSource -Verbose 4>&1
        $told | Where-Object { $_ -is [bool] } | Should -BeTrue
        "$told" | Should -BeLike '*4 mailboxes*'
    }

    It 'is false with a warning for one that is not there' {
        Test-BackupSource (Join-Path $TestDrive 'missing') -WarningVariable warned -WarningAction SilentlyContinue | Should -BeFalse
        $warned | Should -Not -BeNullOrEmpty
    }

    It 'ends at the warning with -WarningAction Stop' {
        { Test-BackupSource (Join-Path $TestDrive 'missing') -WarningAction Stop } | Should -Throw
    }
}

Describe 'An IMAP server as the source' {
    BeforeAll {
        $path = Join-Path $TestDrive 'imap'
        Set-BackupPath $path
        Set-BackupSource -Maildir $server.Maildir
        $password = Join-Path $TestDrive 'password'
        'secret' | Set-Content $password
        chmod 600 $password
    }

    It 'takes the place of a tree, and a tree takes its place' {
        $source = Set-BackupSource -Imap imaps://mail.example.com -ImapUser backup -ImapPasswordFile $password -ImapAccounts a@example.com, b@example.com -PassThru
        $source.Maildir | Should -BeNullOrEmpty
        $source.ImapAccounts | Should -Be 'a@example.com, b@example.com'
        (Get-BackupSource).Imap | Should -Be 'imaps://mail.example.com'
        Set-BackupSource -Maildir $server.Maildir
        (Get-BackupSource).Imap | Should -BeNullOrEmpty
        (Get-BackupSource).ImapUser | Should -Be backup
    }

    It 'never writes a password into the backup path' {
        Set-BackupSource -Imap imaps://mail.example.com
        Get-Content (Join-Path $path config.json) -Raw | Should -Not -Match secret
    }

    It 'copies it from one backup path to another' {
        Set-BackupSource -MaxConnections 4 -ImapTls required -WatchConnections 250 -WatchFolders INBOX, Sent -WatchInterval 60
        $other = Join-Path $TestDrive 'imap-other'
        Set-BackupPath $other
        Set-BackupPath $path
        Get-BackupSource | Select-Object * -ExcludeProperty BackupPath | Set-BackupSource -BackupPath $other
        $copy = Get-BackupSource -BackupPath $other
        $copy.Imap | Should -Be imaps://mail.example.com
        $copy.ImapAccounts | Should -Be 'a@example.com, b@example.com'
        $copy.ImapMaxConnections | Should -Be 4
        $copy.ImapWatchConnections | Should -Be 250
        $copy.ImapWatchFolders | Should -Be 'INBOX, Sent'
        $copy.ImapWatchInterval | Should -Be 60
    }

    It 'refuses what no server can be followed with' {
        { Set-BackupSource -WatchConnections 0 } | Should -Throw -ErrorId 'ConfigurationInvalid,MailBackup.Cmdlets.SetBackupSourceCommand'
        { Set-BackupSource -WatchInterval 1 } | Should -Throw -ErrorId 'ConfigurationInvalid,MailBackup.Cmdlets.SetBackupSourceCommand'
    }

    It 'shows where the password is and not what it is' {
        Get-BackupSource | Out-String | Should -BeLike "*in $password*"
    }

    It 'changes nothing with -WhatIf' {
        Set-BackupSource -ImapUser other -WhatIf
        (Get-BackupSource).ImapUser | Should -Be backup
    }

    It 'completes ways to log in' {
        $line = 'Set-BackupSource -ImapAuthentication xo'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain xoauth2
    }

    It 'refuses what makes no sense: <settings>' -TestCases @(
        @{ settings = @{ Imap = 'mail.example.com' } }
        @{ settings = @{ Imap = 'imaps://u:p@mail.example.com' } }
        @{ settings = @{ ImapFingerprint = 'abc' } }
        @{ settings = @{ Imap = 'imaps://mail.example.com'; Maildir = '/tmp' } }
    ) {
        { Set-BackupSource @settings } | Should -Throw -ErrorId 'ConfigurationInvalid,MailBackup.Cmdlets.SetBackupSourceCommand'
        (Get-BackupSource).Imap | Should -Be imaps://mail.example.com
    }

    It 'says that a server is away' {
        Test-BackupSource -Imap imap://127.0.0.1:9 -ImapTls none -WarningVariable warned -WarningAction SilentlyContinue | Should -BeFalse
        "$warned" | Should -BeLike '*a@example.com*127.0.0.1:9*'
    }
}
