BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned

    # The command as the solution's build has left it, made to look like one that is installed.
    $dll = Get-ChildItem (Join-Path $PSScriptRoot '..' '..' 'src' 'MailBackup.Cli' 'bin') -Recurse -Filter mailbackup.dll | Where-Object FullName -NotMatch '/ref' | Sort-Object LastWriteTime | Select-Object -Last 1
    $command = Join-Path $TestDrive 'mailbackup'
    if ($dll) {
        Set-Content $command "#!/bin/sh`nexec dotnet exec '$($dll.FullName)' `"`$@`""
        chmod +x $command
    }

    function Wait-Until([scriptblock] $Reached) {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        while (-not (& $Reached)) {
            if ($clock.Elapsed.TotalSeconds -gt 60) { throw "Not reached: $Reached" }
            Start-Sleep -Milliseconds 100
        }
    }
}

AfterAll {
    Stop-BackupService
}

Describe 'Get-BackupService, Start-BackupService, Stop-BackupService, Restart-BackupService, Register-BackupService, Get-RealtimeScanner, Start-RealtimeScanner, Stop-RealtimeScanner' {
    It 'show that none runs' {
        $service = Get-BackupService
        $service.State | Should -Be Stopped
        $service.ProcessId | Should -BeNullOrEmpty
        Stop-BackupService -PassThru | ForEach-Object State | Should -Be Stopped
    }

    It 'name the command that is not there' {
        { Start-BackupService -Command (Join-Path $TestDrive 'none') } | Should -Throw -ErrorId 'ServiceCommandNotFound,*'
    }

    It 'change nothing with -WhatIf' {
        Start-BackupService -Command $command -WhatIf
        Restart-BackupService -Command $command -WhatIf
        Start-RealtimeScanner -WhatIf
        (Get-BackupService).State | Should -Be Stopped
        (Get-RealtimeScanner).Enabled | Should -BeFalse
    }

    It 'show the unit with -WhatIf and write none' {
        $unit = Register-BackupService mailbackup-test -User vmail -Command $command -WhatIf
        $unit | Should -Match 'ProtectSystem=strict'
        $unit | Should -Match "--backup-path $([regex]::Escape($server.Path))"
        '/etc/systemd/system/mailbackup-test.service' | Should -Not -Exist
    }

    It 'start a service that follows changes, restart it and stop it' {
        if (-not $dll) {
            Set-ItResult -Skipped -Because 'the command is not built'
            return
        }

        $first = Start-BackupService -Command $command -PassThru
        $first.State | Should -Be Running
        (Start-BackupService -Command $command -PassThru).ProcessId | Should -Be $first.ProcessId
        Start-RealtimeScanner
        Wait-Until { (Get-RealtimeScanner).State -eq 'Running' -and -not (Get-BackupOperation) }
        Add-Mail (Join-Path $server.Maildir 'example.com' 'alice' 'Maildir') 'In no time'
        Wait-Until { Get-BackupItem -Account $server.Alice | Where-Object Subject -EQ 'In no time' }
        Wait-Until { (Get-RealtimeScanner).Changes -gt 0 }

        $second = Restart-BackupService -Command $command -PassThru
        $second.State | Should -Be Running
        $second.ProcessId | Should -Not -Be $first.ProcessId
        (Get-BackupPath | Stop-BackupService -PassThru).State | Should -Be Stopped
    }

    It 'say that realtime needs a service' {
        Start-RealtimeScanner -NoScan -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match 'Start-BackupService'
        (Stop-RealtimeScanner -PassThru).Enabled | Should -BeFalse
    }
}
