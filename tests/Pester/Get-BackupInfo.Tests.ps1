BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Get-BackupInfo' {
    It 'shows sizes, counts, dates and owner' {
        $info = Get-BackupInfo
        $info.Path | Should -Be $server.Path
        $info.Accounts | Should -Be 4
        $info.Items | Should -Be @(Get-BackupItem).Count
        $info.DedupRatio | Should -BeGreaterThan 1
        $info.LastScan | Should -BeOfType DateTimeOffset
        $info.ServerId | Should -Be (Get-BackupMap).ServerId
    }

    It 'takes a backup path from the pipeline' {
        (Get-BackupPath | Get-BackupInfo).Path | Should -Be $server.Path
    }

    It 'shows units' {
        Get-BackupInfo | Out-String | Should -Match 'Stored \(MB\)'
    }

    It 'says that a folder is no backup path' {
        $null = New-Item (Join-Path $TestDrive 'empty') -ItemType Directory
        { Get-BackupInfo -BackupPath (Join-Path $TestDrive 'empty') } | Should -Throw -ErrorId 'BackupPathNotInitialized,MailBackup.Cmdlets.GetBackupInfoCommand'
    }
}

Describe 'Get-BackupMap' {
    It 'says whose a path is, whoever asks' {
        $owner = (Get-BackupMap).ServerId
        $home1 = $env:MAILBACKUP_HOME
        $env:MAILBACKUP_HOME = Join-Path $TestDrive 'home2'
        try { (Get-BackupMap -BackupPath $server.Path).ServerId | Should -Be $owner } finally { $env:MAILBACKUP_HOME = $home1 }
    }

    It 'reads a map file, from the pipeline too' {
        (Get-ChildItem $server.Path -Filter map_* | Get-BackupMap).ServerId | Should -Be (Get-BackupMap).ServerId
    }

    It 'refuses another file, and one that is not there' {
        { Get-BackupMap $server.Ldif -ErrorAction Stop } | Should -Throw -ErrorId 'MapInvalid,*'
        { Get-BackupMap (Join-Path $TestDrive 'map_none') -ErrorAction Stop } | Should -Throw -ErrorId 'MapNotFound,*'
    }
}
