BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
    $first = Start-SmartScan
}

Describe 'Get-BackupOperation' {
    It 'lists ended operations, newest first' {
        $second = Start-SmartScan
        (Get-BackupOperation -History | Where-Object Kind -ne SearchIndex).Id | Should -Be @($second.Id, $first.Id)
        Get-BackupOperation -History -Limit 1 | Should -HaveCount 1
        Get-BackupOperation | Should -BeNullOrEmpty
    }

    It 'finds one by its id or the beginning of it' {
        (Get-BackupOperation $first.Id).Added | Should -Be $first.Added
        (Get-BackupOperation "$($first.Id)".Substring(0, 8)).Id | Should -Be $first.Id
        ($first | Get-BackupOperation).Id | Should -Be $first.Id
    }

    It 'says that there is none' {
        Get-BackupOperation ([guid]::NewGuid()) -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'OperationNotFound,MailBackup.Cmdlets.GetBackupOperationCommand'
        { Get-BackupOperation zzz -ErrorAction Stop } | Should -Throw -ErrorId 'OperationNotFound,*'
    }
}

Describe 'Wait-BackupOperation' {
    It 'waits for what runs behind the prompt' {
        $ended = Start-SmartScan -NoWait | Wait-BackupOperation -Timeout 60
        $ended.State | Should -Be 'Completed'
    }

    It 'returns at once what has ended' {
        ($first | Wait-BackupOperation).Added | Should -Be $first.Added
    }

    It 'says that there is none' {
        { Wait-BackupOperation ([guid]::NewGuid()) -ErrorAction Stop } | Should -Throw -ErrorId 'OperationNotFound,*'
    }

    It 'runs what a process that has exited left in the queue' {
        $pwsh = (Get-Process -Id $PID).Path
        $ids = & $pwsh -NoProfile -NonInteractive -Command "
            Import-Module '$ModulePath'
            1..3 | ForEach-Object { [Console]::WriteLine((Start-SmartScan -Deep -BackupPath '$($server.Path)' -NoWait).Id) }"
        $ended = $ids | Wait-BackupOperation -Timeout 60 -WarningAction SilentlyContinue
        $ended | Should -HaveCount 3
        $ended.State | Should -Not -Contain 'Interrupted'
        $ended[-1].State | Should -BeIn 'Completed', 'Stopped'
    }

    It 'runs an operation whose process has gone' {
        $pwsh = (Get-Process -Id $PID).Path
        # Two operations, and the process dies while the first is running or about to.
        $id = & $pwsh -NoProfile -NonInteractive -Command "
            Import-Module '$ModulePath'
            `$null = Start-SmartScan -BackupPath '$($server.Path)' -NoWait
            [Console]::WriteLine((Start-SmartScan -BackupPath '$($server.Path)' -NoWait).Id)
            [Diagnostics.Process]::GetCurrentProcess().Kill()" | Select-Object -Last 1
        $ended = Wait-BackupOperation $id -Timeout 60 -ErrorAction SilentlyContinue
        $ended.State | Should -BeIn 'Completed', 'Interrupted'
    }
}

Describe 'Stop-BackupOperation' {
    It 'stops nothing with -WhatIf' {
        Stop-BackupOperation -All -WhatIf | Should -BeNullOrEmpty
    }

    It 'stops what is queued or running, and nothing else' {
        $operations = 1..40 | ForEach-Object { Start-SmartScan -Deep -NoWait }
        Stop-BackupOperation -All
        $ended = $operations | Wait-BackupOperation -Timeout 60 -WarningAction SilentlyContinue
        $ended | Should -HaveCount 40
        $ended.State | Should -Contain 'Stopped'
        ($first | Stop-BackupOperation -PassThru).State | Should -Be 'Completed'
    }

    It 'says that there is none' {
        { Stop-BackupOperation ([guid]::NewGuid()) -ErrorAction Stop } | Should -Throw -ErrorId 'OperationNotFound,*'
    }

    It 'completes ids of the queue, and for Get-BackupOperation those that ended too' {
        (Get-Completion 'Wait-BackupOperation ') | Where-Object CompletionText -EQ "$($first.Id)" | Should -BeNullOrEmpty
        (Get-Completion 'Get-BackupOperation ').CompletionText | Should -Contain "$($first.Id)"
    }
}
