BeforeDiscovery {
    $scripts = (Get-ChildItem (Join-Path $PSScriptRoot '..' '..' 'samples' 'runbooks') -Filter *.ps1).BaseName
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    . (Join-Path $PSScriptRoot SmtpSink.ps1)
    $runbooks = Convert-Path (Join-Path $PSScriptRoot '..' '..' 'samples' 'runbooks')
}

Describe 'The runbook <_>' -ForEach $scripts {
    It 'has help with two examples and all parameters' {
        $help = Get-Help (Join-Path $runbooks "$_.ps1") -Full
        $help.Synopsis | Should -Match '\.$'
        $help.Description.Text | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($parameter in $help.parameters.parameter | Where-Object name -NotIn 'WhatIf', 'Confirm') {
            ($parameter.description.Text -join '') | Should -Not -BeNullOrEmpty -Because "-$($parameter.name) needs a description"
        }
    }
}

Describe 'Invoke-NightlyScan' {
    BeforeEach {
        $server = New-SampleServer (Join-Path $TestDrive "night$(Get-Random)")
        $script = Join-Path $runbooks 'Invoke-NightlyScan.ps1'
        $sink = Start-SmtpSink
        $mail = @{ SmtpServer = '127.0.0.1'; Port = $sink.Port; From = 'backup@example.com'; To = 'admin@example.com', 'night@example.com' }
    }

    AfterEach { $sink.Listener.Stop(); $sink.Shell.Dispose() }

    It 'saves everything, and sends nothing when all went well' {
        $scan = & $script @mail
        $LASTEXITCODE | Should -Be 0
        $scan.Added | Should -BeGreaterThan 70
        $sink.Received.Count | Should -Be 0
    }

    It 'sends a mail when it is told to' {
        $null = & $script @mail -SendAlways
        $LASTEXITCODE | Should -Be 0
        Stop-SmtpSink $sink | Should -Match '(?s)RCPT TO:<night@example.com>.*Subject: MailBackup on .*: scan completed\n'
    }

    It 'sends the errors when the server is not there, and says so by its exit code' {
        Rename-Item $server.Maildir 'gone'
        $scan = & $script @mail
        $LASTEXITCODE | Should -Be 3
        $scan.State | Should -BeIn 'Failed', $null
        $told = Stop-SmtpSink $sink
        $told | Should -Match 'RCPT TO:<admin@example.com>'
        $told | Should -Match 'scan FAILED'
        $told | Should -Match ([regex]::Escape($server.Maildir))
    }

    It 'sends which account failed when the others were saved' {
        $null = Start-SmartScan
        Get-ChildItem (Join-Path $server.Maildir 'example.com' 'bob') -Recurse -File -Force | Remove-Item -Force
        Add-Mail (Join-Path $server.Maildir 'example.com' 'alice' 'Maildir') 'After the accident'
        $scan = & $script @mail
        $LASTEXITCODE | Should -Be 1
        $scan.Added | Should -Be 1
        $told = Stop-SmtpSink $sink
        $told | Should -Match 'completed with errors'
        $told | Should -Match 'bob@example\.com'
    }

    It 'fails when its mail cannot be sent' {
        $sink.Listener.Stop()
        $null = & $script @mail -SendAlways -ErrorVariable failed -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 3
        $failed.FullyQualifiedErrorId | Should -Contain 'ReportNotSent,Invoke-NightlyScan.ps1'
    }

    It 'runs as a scheduler runs it' {
        $old = $env:PSModulePath
        $env:PSModulePath = (Split-Path (Split-Path $ModulePath)) + [IO.Path]::PathSeparator + $old
        try {
            & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $script -BackupPath $server.Path -SmtpServer localhost -From a@example.com -To b@example.com
        }
        finally { $env:PSModulePath = $old }
        $LASTEXITCODE | Should -Be 0
        @(Get-BackupItem -Type Message).Count | Should -Be 29
    }
}

Describe 'Restore-DeletedForUser' {
    BeforeAll {
        $server = New-SampleServer (Join-Path $TestDrive 'undelete') -Scanned
        $alice = Join-Path $server.Maildir 'example.com' 'alice'
        $script = Join-Path $runbooks 'Restore-DeletedForUser.ps1'
        $files = @(Get-MailFile $alice 'Subject: .*[dD]ev') + @(Get-MailFile $alice 'Subject: Lunch on Friday')
        $hashes = ($files | Get-FileHash).Hash | Sort-Object
        $files | Remove-Item
    }

    It 'does nothing with -WhatIf' {
        & $script $server.Alice -Scan -WhatIf | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
        @(Get-BackupItem $server.Alice -Deleted).Count | Should -Be $files.Count
        Get-MailFile $alice 'Lunch on Friday' | Where-Object Name -In $files.Name | Should -BeNullOrEmpty
    }

    It 'restores only what was asked for' {
        (& $script $server.Alice -Before (Get-Date).AddDays(-1)) | Should -BeNullOrEmpty
        (& $script $server.Alice -Subject 'lunch*').Restored | Should -Be 1
        $LASTEXITCODE | Should -Be 0
    }

    It 'restores everything byte for byte, and can be run again' {
        (& $script $server.Alice -BackupPath $server.Path).Restored | Should -Be ($files.Count - 1)
        $back = @(Get-MailFile $alice 'Subject: .*[dD]ev') + @(Get-MailFile $alice 'Subject: Lunch on Friday')
        ($back | Get-FileHash).Hash | Sort-Object | Should -Be $hashes
        & $script $server.Alice | Should -BeNullOrEmpty
    }

    It 'fails on an account that is not there' {
        $null = & $script 'nobody@example.com' -ErrorVariable failed -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 3
        "$($failed.FullyQualifiedErrorId)" | Should -BeLike '*AccountNotFound*'
    }
}

Describe 'Test-LastBackup' {
    BeforeAll {
        $script = Join-Path $runbooks 'Test-LastBackup.ps1'
    }

    BeforeEach {
        $server = New-SampleServer (Join-Path $TestDrive "drill$(Get-Random)") -Scanned
    }

    It 'reads everything back, without the server' {
        Remove-Item $server.Maildir -Recurse -Force
        $before = Get-ChildItem ([IO.Path]::GetTempPath()) -Filter 'mailbackup-drill-*'
        $drill = & $script
        $LASTEXITCODE | Should -Be 0
        $drill.Passed | Should -BeTrue
        $drill.Tested | Should -Be @(Get-BackupItem | Where-Object Type -NE Folder).Count
        Get-ChildItem ([IO.Path]::GetTempPath()) -Filter 'mailbackup-drill-*' | Where-Object Name -NotIn $before.Name | Should -BeNullOrEmpty
    }

    It 'takes a sample' {
        $drill = & $script -Count 5 -BackupPath $server.Path
        $LASTEXITCODE | Should -Be 0
        $drill.Tested | Should -Be 5
        (& $script -Account '*@example.org').Tested | Should -Be @(Get-BackupItem '*@example.org' | Where-Object Type -NE Folder).Count
    }

    It 'fails when content is damaged, and says which' {
        $bundle = Get-ChildItem (Join-Path $server.Path 'items') -Recurse -File | Select-Object -First 1
        $bytes = [IO.File]::ReadAllBytes($bundle)
        $bytes[$bytes.Length - 20] = $bytes[$bytes.Length - 20] -bxor 0xff
        [IO.File]::WriteAllBytes($bundle, $bytes)
        $drill = & $script -ErrorVariable failed -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 1
        $drill.Passed | Should -BeFalse
        "$failed" | Should -Match '@example\.(com|org) \d+: '
    }

    It 'fails when the last scan is too old' {
        $drill = & $script -MaximumAge 00:00:00 -ErrorVariable failed -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 1
        "$failed" | Should -BeLike 'The last scan is of*'
        $drill.Tested | Should -BeGreaterThan 0
    }

    It 'fails when there is no backup' {
        $null = & $script -BackupPath (Join-Path $TestDrive 'none') -ErrorVariable failed -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 1
        $failed | Should -Not -BeNullOrEmpty
    }
}

Describe 'New-MonthlyReport' {
    BeforeAll {
        $server = New-SampleServer (Join-Path $TestDrive 'report') -Scanned
        $null = Restore-Item $server.Alice 99999 -ErrorAction SilentlyContinue
        $script = Join-Path $runbooks 'New-MonthlyReport.ps1'
    }

    It 'counts this month' {
        $report = & $script -Month (Get-Date)
        $report.Accounts.Count | Should -Be 4
        $report.Items | Should -Be @(Get-BackupItem).Count
        $report.Bytes | Should -Be (Get-BackupItem | Measure-Object Size -Sum).Sum
        $report.Growth | Should -Be $report.Bytes
        $report.BytesStored | Should -BeGreaterThan 0
        $report.Failed.Kind | Should -Be 'Restore'
        # The scan, the indexing behind it, the restore.
        $report.Operations | Should -Be 3
    }

    It 'has nothing to count in the month before' {
        $report = & $script
        $report.Month | Should -Be (Get-Date).AddMonths(-1).ToString('yyyy-MM')
        $report.Accounts | Should -BeNullOrEmpty
        $report.Items | Should -Be 0
    }

    It 'writes Markdown' {
        $file = Join-Path $TestDrive 'report.md'
        $null = & $script -Month (Get-Date) -Path $file
        $text = Get-Content $file -Raw
        $text | Should -Match '(?m)^\| alice@example.com \| 35 \| 35 \|'
        $text | Should -Match '(?m)^\| .* \| Restore \| CompletedWithErrors \| 1 \|'
    }

    It 'writes a web page' {
        $file = Join-Path $TestDrive 'report.html'
        $null = & $script -Month (Get-Date) -Path $file -BackupPath $server.Path
        $text = Get-Content $file -Raw
        $text | Should -Match '<td>alice@example.com</td>'
        $text | Should -Match '<h2[^>]*>Accounts</h2>'
    }
}
