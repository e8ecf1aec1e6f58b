BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
}

Describe 'Get-BackupConfiguration and Set-BackupConfiguration' {
    It 'has the documented defaults' {
        (Get-BackupConfiguration).DataRetentionDays | Should -Be 30
        (Get-BackupConfiguration).AccountRetentionDays | Should -Be 30
    }

    It 'changes what is given and keeps the rest' {
        Set-BackupConfiguration -DataRetentionDays 90 | Should -BeNullOrEmpty
        (Get-BackupConfiguration).DataRetentionDays | Should -Be 90
        (Get-BackupConfiguration).AccountRetentionDays | Should -Be 30
        (Get-BackupConfiguration).Source.Maildir | Should -Be $server.Maildir
    }

    It 'returns the new configuration with -PassThru' {
        (Set-BackupConfiguration -ReadErrorThreshold 5 -PassThru).ReadErrorThreshold | Should -Be 5
    }

    It 'changes nothing with -WhatIf' {
        Set-BackupConfiguration -DataRetentionDays 1 -WhatIf
        (Get-BackupConfiguration).DataRetentionDays | Should -Be 90
    }

    It 'refuses a negative number' {
        { Set-BackupConfiguration -DataRetentionDays -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'copies a configuration to another path by property name' {
        $other = Join-Path $TestDrive 'other'
        Set-BackupPath $other
        Set-BackupPath $server.Path
        Get-BackupConfiguration | Select-Object *Days | Set-BackupConfiguration -BackupPath $other
        (Get-BackupConfiguration -BackupPath $other).DataRetentionDays | Should -Be 90
    }
}
