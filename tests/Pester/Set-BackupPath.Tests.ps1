BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $env:MAILBACKUP_HOME = Join-Path $TestDrive 'home'
}

Describe 'Set-BackupPath' {
    It 'makes a backup path and remembers it for the session' {
        $path = Join-Path $TestDrive 'new'
        Set-BackupPath $path | Should -BeNullOrEmpty
        (Get-BackupPath).Path | Should -Be $path
        (Get-BackupPath).Initialized | Should -BeTrue
    }

    It 'may be repeated' {
        $path = Join-Path $TestDrive 'twice'
        Set-BackupPath $path
        (Set-BackupPath $path -PassThru).Path | Should -Be $path
    }

    It 'takes a path relative to the current location' {
        Push-Location $TestDrive
        try { (Set-BackupPath ./relative -PassThru).Path | Should -Be (Join-Path $TestDrive 'relative') } finally { Pop-Location }
    }

    It 'takes a path by property name' {
        $path = Join-Path $TestDrive 'named'
        [pscustomobject]@{ BackupPath = $path } | Set-BackupPath
        (Get-BackupPath).Path | Should -Be $path
    }

    It 'does nothing with -WhatIf' {
        $before = (Get-BackupPath).Path
        $path = Join-Path $TestDrive 'whatif'
        Set-BackupPath $path -WhatIf
        $path | Should -Not -Exist
        (Get-BackupPath).Path | Should -Be $before
    }

    It 'refuses a folder with something else in it' {
        $path = Join-Path $TestDrive 'full'
        $null = New-Item (Join-Path $path 'file') -Force
        { Set-BackupPath $path } | Should -Throw -ErrorId 'BackupPathNotEmpty,MailBackup.Cmdlets.SetBackupPathCommand'
    }

    It 'refuses the path of another server and says whose it is' {
        $path = Join-Path $TestDrive 'theirs'
        Set-BackupPath $path
        $owner = (Get-BackupMap).ServerId
        $env:MAILBACKUP_HOME = Join-Path $TestDrive 'home2'
        try {
            $failure = { Set-BackupPath $path } | Should -Throw -ErrorId 'BackupPathOwnedByAnotherServer,*' -PassThru
            "$failure" | Should -BeLike "*$owner*"
            $failure.CategoryInfo.Category | Should -Be 'PermissionDenied'
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        } finally {
            $env:MAILBACKUP_HOME = Join-Path $TestDrive 'home'
        }
    }

    It 'refuses what is no file system' {
        { Set-BackupPath env:/x } | Should -Throw -ErrorId 'ArgumentInvalid,*'
    }
}
