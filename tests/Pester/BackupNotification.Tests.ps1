BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    . (Join-Path $PSScriptRoot SmtpSink.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
    Start-SmartScan | Out-Null
}

Describe 'Test-BackupNotification and -Notify' {
    It 'refuses -Notify while no relay is configured, and queues nothing' {
        { Start-SmartScan -Notify night@example.org } | Should -Throw -ErrorId 'NotificationNotSet,*'
        Get-BackupOperation | Should -BeNullOrEmpty
    }

    It 'says with -WhatIf what it would set' {
        Set-BackupConfiguration -SmtpServer 127.0.0.1 -NotificationTo admin@example.org -WhatIf
        (Get-BackupConfiguration).Notification.SmtpServer | Should -BeNullOrEmpty
    }

    It 'refuses what is no address' {
        { Set-BackupConfiguration -NotificationTo 'not an address' -ErrorAction Stop } | Should -Throw -ErrorId 'ArgumentInvalid,*'
        (Get-BackupConfiguration).Notification.To | Should -BeNullOrEmpty
    }

    It 'sends a test mail' {
        $sink = Start-SmtpSink
        Set-BackupConfiguration -SmtpServer 127.0.0.1 -SmtpPort $sink.Port -NotificationFrom backup@example.org -NotificationTo admin@example.org
        Test-BackupNotification | Should -BeTrue
        $mail = Stop-SmtpSink $sink
        $mail | Should -Match 'RCPT TO:<admin@example.org>'
        $mail | Should -Match ([regex]::Escape($server.Path))
    }

    It 'tells -Notify of a scan' {
        $sink = Start-SmtpSink
        Set-BackupConfiguration -SmtpPort $sink.Port
        (Start-SmartScan -Notify night@example.org).State | Should -Be Completed
        $mail = Stop-SmtpSink $sink
        $mail | Should -Match 'RCPT TO:<night@example.org>'
        $mail | Should -Not -Match 'admin@example.org'
        $mail | Should -Match 'SmartScan'
    }

    It 'warns, and is false, when the relay is down' {
        Set-BackupConfiguration -SmtpPort 1
        Test-BackupNotification helpdesk@example.org -WarningVariable said -WarningAction SilentlyContinue | Should -BeFalse
        $said | Should -Match 'has not taken the mail'
        "$said" | Should -Match "'Test-BackupNotification'"
    }

    It 'keeps a restore whose mail cannot be sent, and warns' {
        $item = Get-BackupItem alice@example.com -Type Message | Select-Object -First 1
        $restore = $item | Restore-Item -WarningVariable said -WarningAction SilentlyContinue
        $restore.State | Should -Be Completed
        "$said" | Should -Match 'mail relay'
        "$said" | Should -Match "'Test-BackupNotification'"
    }

    It 'runs a hook, and tries it' {
        $hook = Join-Path $server.Folder 'hook'
        $heard = Join-Path $server.Folder 'heard'
        Set-Content $hook "#!/bin/sh`ncat > '$heard'"
        chmod 700 $hook
        Set-BackupConfiguration -HookCommand $hook -WhatIf
        (Get-BackupConfiguration).Notification.HookCommand | Should -BeNullOrEmpty
        Set-BackupConfiguration -HookCommand $hook -HookArgument one, two -HookTimeout 20 -NotificationLevel Information
        (Get-BackupConfiguration).Notification.HookArguments | Should -Be @('one', 'two')
        Test-BackupNotification -Hook | Should -BeTrue
        (Get-Content $heard | ConvertFrom-Json).event | Should -Be 'Test'
        Set-BackupConfiguration -SmtpServer ''
        $null = Start-SmartScan
        (Get-Content $heard | ConvertFrom-Json).operation.kind | Should -Be 'SmartScan'
        chmod 722 $hook
        Test-BackupNotification -Hook -WarningVariable said -WarningAction SilentlyContinue | Should -BeFalse
        "$said" | Should -Match 'could be replaced'
        { Set-BackupConfiguration -HookCommand (Join-Path $server.Folder 'none') } | Should -Throw -ErrorId 'HookUnusable,*'
        Set-BackupConfiguration -HookCommand '' -HookArgument @()
        (Get-Completion 'Set-BackupConfiguration -NotificationLevel ').CompletionText | Should -Be @('Critical', 'Error', 'Information', 'Warning')
    }

    It 'sends none once the relay is taken away' {
        Set-BackupConfiguration -SmtpServer ''
        (Get-BackupConfiguration).Notification.SmtpServer | Should -BeNullOrEmpty
        (Start-SmartScan).Warnings | Should -BeNullOrEmpty
    }
}
