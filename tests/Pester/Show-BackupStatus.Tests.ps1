BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Show-BackupStatus' {
    It 'gives the view as lines of text' {
        $lines = Show-BackupStatus -Once
        $text = $lines -join "`n"
        $lines[0] | Should -Match 'MailBackup'
        foreach ($panel in 'Service', 'Realtime', 'Operations', 'Schedule', 'Health') {
            $text | Should -Match " $panel "
        }

        $text | Should -Match 'SmartScan'
        $text | Should -Match 'Nothing runs, nothing waits'
    }

    It 'is not live where somebody takes its output' {
        Show-BackupStatus | Should -Not -BeNullOrEmpty
    }

    It 'waits for a goal' {
        (Show-BackupStatus -Once -Until Idle) -join "`n" | Should -Match 'Nothing runs'
    }

    It 'takes the backup path from the pipeline' {
        (Get-BackupPath | Show-BackupStatus -Once) -join "`n" | Should -Match ([regex]::Escape($server.Path.Substring($server.Path.Length - 12)))
    }

    It 'refuses intervals and goals that there are not' {
        { Show-BackupStatus -Interval 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Show-BackupStatus -Until Noon } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Show-BackupStatus -BackupPath (Join-Path $TestDrive none) } | Should -Throw -ErrorId 'BackupPathNotFound,*'
    }

    It 'completes its goals' {
        (Get-Completion 'Show-BackupStatus -Until ').CompletionText | Should -Be @('Healthy', 'Idle', 'ServiceRunning')
    }
}
