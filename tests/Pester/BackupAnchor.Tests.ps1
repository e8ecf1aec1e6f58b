BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $file = Join-Path $TestDrive 'first.anchor'
}

Describe 'Export-BackupAnchor and Test-BackupAnchor' {
    It 'writes nothing with -WhatIf' {
        Export-BackupAnchor $file -WhatIf | Should -BeNullOrEmpty
        $file | Should -Not -Exist
    }

    It 'writes a small file and says its root' {
        $anchor = Export-BackupAnchor $file
        $anchor.Path | Should -Be $file
        $anchor.Root | Should -Match '^[A-Za-z0-9_-]{43}$'
        $anchor.Journals | Should -BeGreaterThan 8
    }

    It 'never writes over a file' {
        { Export-BackupAnchor $file -ErrorAction Stop } | Should -Throw -ErrorId 'OutputFileExists,MailBackup.Cmdlets.ExportBackupAnchorCommand'
    }

    It 'finds a backup that grew intact, also from the pipeline' {
        Add-Mail (Join-Path $server.Maildir 'example.com' 'alice' 'Maildir') 'Later'
        $null = Start-SmartScan
        $journals = Get-Item $file | Test-BackupAnchor -ErrorVariable failed
        $failed | Should -BeNullOrEmpty
        $journals.IsTrusted | Should -Not -Contain $false
        ($journals | Where-Object { $_.Account -eq $server.Alice -and $_.Transactions -gt $_.Anchored }).State | Should -Be 'Intact'
    }

    It 'tells a cut journal as an error' {
        $journal = Get-ChildItem (Join-Path $server.Path 'accounts') -Recurse -File -Filter 000001.jsonl | Sort-Object Length | Select-Object -Last 1
        $lines = [IO.File]::ReadAllLines($journal)
        [IO.File]::WriteAllText($journal, (($lines | Select-Object -SkipLast 3) -join "`n") + "`n")
        $result = Test-BackupAnchor $file -ErrorVariable failed -ErrorAction SilentlyContinue
        ($result | Where-Object IsTrusted -eq $false).State | Should -Be 'Truncated'
        $failed[0].FullyQualifiedErrorId | Should -Be 'AnchorMismatch,MailBackup.Cmdlets.TestBackupAnchorCommand'
    }

    It 'refuses a file that is no anchor' {
        { Test-BackupAnchor $server.Ldif -ErrorAction Stop } | Should -Throw -ErrorId 'AnchorInvalid,MailBackup.Cmdlets.TestBackupAnchorCommand'
    }
}
