BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
}

Describe 'Start-SmartScan' {
    It 'does nothing with -WhatIf' {
        Start-SmartScan -WhatIf | Should -BeNullOrEmpty
        Get-BackupOperation -History | Should -BeNullOrEmpty
    }

    It 'saves the whole server and returns its report' {
        $scan = Start-SmartScan
        $scan.State | Should -Be 'Completed'
        $scan.Added | Should -BeGreaterThan 70
        $scan.BytesRead | Should -BeGreaterThan 0
        $scan.Duration | Should -BeOfType TimeSpan
    }

    It 'finds nothing new the second time' {
        $scan = Start-SmartScan
        $scan.Added + $scan.Updated + $scan.Deleted | Should -Be 0
    }

    It 'compares everything with -Deep' {
        (Start-SmartScan -Deep).State | Should -Be 'Completed'
    }

    It 'finds what has changed' {
        Add-Mail (Join-Path $server.Maildir 'example.com' 'alice' 'Maildir') 'Fresh'
        (Start-SmartScan).Added | Should -Be 1
    }

    It 'returns the queued operation with -NoWait' {
        $queued = Start-SmartScan -NoWait
        $queued.State | Should -Be 'Queued'
        ($queued | Wait-BackupOperation).State | Should -Be 'Completed'
    }

    It 'tells each item that failed and goes on' {
        if ((id -u) -eq 0) { Set-ItResult -Skipped -Because 'root reads everything' }
        $file = Get-MailFile $server.Maildir 'Lunch on Friday' | Select-Object -First 1
        chmod 000 $file.FullName
        $scan = Start-SmartScan -Deep -ErrorVariable failed -ErrorAction SilentlyContinue
        $scan.State | Should -Be 'CompletedWithErrors'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ItemReadFailed,*'
    }

    It 'ends with a terminating error when the server is not there, after returning the operation' {
        $moved = "$($server.Maildir).away"
        Move-Item $server.Maildir $moved
        try {
            { Start-SmartScan } | Should -Throw -ErrorId 'SourceNotFound,MailBackup.Cmdlets.StartSmartScanCommand'
        } finally { Move-Item $moved $server.Maildir }
    }

    It 'never takes an empty server for deleted mail' {
        $moved = "$($server.Maildir).away"
        Move-Item $server.Maildir $moved
        $null = New-Item $server.Maildir -ItemType Directory
        try {
            $failure = { Start-SmartScan } | Should -Throw -ErrorId 'SourceSuddenlyEmpty,*' -PassThru
            "$failure $($failure.ErrorDetails.RecommendedAction)" | Should -BeLike '*-AllowEmpty*'
        } finally {
            Remove-Item $server.Maildir
            Move-Item $moved $server.Maildir
        }

        Get-BackupItem -Deleted | Should -BeNullOrEmpty
    }

    It 'needs a backup path' {
        { Start-SmartScan -BackupPath (Join-Path $TestDrive 'nowhere') } | Should -Throw -ErrorId 'BackupPathNotFound,*'
    }
}
