BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
}

Describe 'Get-BackupSchedule' {
    It 'shows a daily scan, a weekly purge and a weekly check for a new backup path' {
        $schedule = Get-BackupSchedule
        "$($schedule.Operation)" | Should -Be 'SmartScan Purge CoherencyCheck'
        $schedule[0].Cron | Should -Be '0 4 * * *'
        $schedule[0].NextRun | Should -BeGreaterThan ([DateTimeOffset]::Now)
        @($schedule | Where-Object Missed).Count | Should -Be 0
    }

    It 'says when an operation ran last' {
        Start-SmartScan | Out-Null
        (Get-BackupSchedule SmartScan).LastRun | Should -BeGreaterThan ([DateTimeOffset]::Now.AddMinutes(-1))
    }
}

Describe 'Set-BackupSchedule' {
    It 'changes what is given, and nothing else' {
        Set-BackupSchedule SmartScan '0 */6 * * *' -CatchUp
        $entry = Set-BackupSchedule SmartScan -TimeZone Europe/Rome -PassThru
        $entry.Cron, $entry.CatchUp, $entry.AtStart, $entry.TimeZone | Should -Be @('0 */6 * * *', $true, $false, 'Europe/Rome')
        (Set-BackupSchedule SmartScan -TimeZone '' -CatchUp:$false -PassThru).CatchUp | Should -BeFalse
    }

    It 'switches an entry off' {
        (Set-BackupSchedule Purge -Enabled $false -PassThru).NextRun | Should -BeNullOrEmpty
        Set-BackupSchedule Purge -Enabled $true
        (Get-BackupSchedule Purge).NextRun | Should -Not -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        $before = (Get-BackupSchedule Purge).Cron
        Set-BackupSchedule Purge '1 1 1 1 *' -WhatIf
        (Get-BackupSchedule Purge).Cron | Should -Be $before
    }

    It 'refuses <_> and says how to write one' -ForEach '61 4 * * *', '0 4 30 2 *', 'at four' {
        $before = (Get-BackupSchedule SmartScan).Cron
        { Set-BackupSchedule SmartScan $_ } | Should -Throw -ErrorId 'ArgumentInvalid,*'
        (Get-BackupSchedule SmartScan).Cron | Should -Be $before
    }

    It 'refuses a time zone that there is not' {
        { Set-BackupSchedule SmartScan -TimeZone Europe/Nowhere } | Should -Throw -ErrorId 'ArgumentInvalid,*'
    }

    It 'takes entries from the pipeline' {
        Get-BackupSchedule | Set-BackupSchedule -AtStart
        (Get-BackupSchedule).AtStart | Should -Be @($true, $true, $true)
        Get-BackupSchedule | Set-BackupSchedule -AtStart:$false
        (Get-BackupSchedule).AtStart | Should -Be @($false, $false, $false)
    }

    It 'completes operations and time zones' {
        (Get-Completion 'Set-BackupSchedule -Operation P').CompletionText | Should -Contain 'Purge'
        (Get-Completion 'Set-BackupSchedule -Operation Purge -TimeZone berl').CompletionText | Should -Contain 'Europe/Berlin'
    }
}
