BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
}

Describe 'Import-BackupPath' {
    BeforeEach {
        $path = Join-Path $TestDrive (New-Guid)
        $env:MAILBACKUP_HOME = Join-Path $TestDrive 'old'
        Set-BackupPath $path
        $old = (Get-BackupMap).ServerId
        $env:MAILBACKUP_HOME = Join-Path $TestDrive 'new'
    }

    It 'takes the path over and remembers whose it was' {
        { Set-BackupPath $path } | Should -Throw -ErrorId 'BackupPathOwnedByAnotherServer,*'
        (Import-BackupPath $path -Confirm:$false -PassThru).Path | Should -Be $path
        (Get-BackupPath).Path | Should -Be $path
        $map = Get-BackupMap
        $map.ServerId | Should -Not -Be $old
        $map.Previous.ServerId | Should -Be $old
        $env:MAILBACKUP_HOME = Join-Path $TestDrive 'old'
        $failure = { Set-BackupPath $path } | Should -Throw -ErrorId 'BackupPathOwnedByAnotherServer,*' -PassThru
        "$failure" | Should -BeLike '*took it over from this one on*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Import-BackupPath*'
    }

    It 'does nothing with -WhatIf' {
        Import-BackupPath $path -WhatIf
        (Get-ChildItem $path -Filter 'map_*').Name | Should -Be "map_$old"
    }

    It 'takes a path by property name, and asks first' {
        [pscustomobject]@{ BackupPath = $path } | Import-BackupPath -Confirm:$false
        (Get-BackupPath).Path | Should -Be $path
        (Get-Command Import-BackupPath).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
    }

    It 'refuses what is no backup path' {
        { Import-BackupPath (Join-Path $TestDrive 'nowhere') -Confirm:$false } | Should -Throw -ErrorId 'BackupPathNotFound,*'
        { Import-BackupPath $TestDrive -Confirm:$false } | Should -Throw -ErrorId 'BackupPathNotInitialized,*'
    }
}
