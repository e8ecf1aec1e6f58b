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
