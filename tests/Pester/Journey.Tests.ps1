BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
}

Describe 'A user deletes mail and wants it back' {
    It 'scans, finds what was deleted, restores it, and the next scan sees it living under its old id' {
        $server = New-SampleServer (Join-Path $TestDrive 'undelete') -Scanned
        $files = Get-MailFile (Join-Path $server.Maildir 'example.com' 'alice') 'Subject: Minutes'
        $hashes = ($files | Get-FileHash).Hash | Sort-Object
        $files.Count | Should -BeGreaterThan 1
        $files | Remove-Item
        (Start-SmartScan).Deleted | Should -Be $files.Count

        $deleted = Get-BackupAccount | Get-BackupItem -Deleted -After (Get-Date).AddDays(-3) | Where-Object Subject -Like 'Minutes*'
        ($deleted | Restore-Item).Restored | Should -Be $files.Count
        $back = Get-MailFile (Join-Path $server.Maildir 'example.com' 'alice') 'Subject: Minutes'
        ($back | Get-FileHash).Hash | Sort-Object | Should -Be $hashes

        $scan = Start-SmartScan
        $scan.Added + $scan.Deleted | Should -Be 0
        Get-BackupItem -Deleted | Should -BeNullOrEmpty
        (Get-BackupItem $server.Alice $deleted.Id).Count | Should -Be $files.Count
    }
}

Describe 'A server is lost' {
    It 'is restored mail for mail' {
        $server = New-SampleServer (Join-Path $TestDrive 'lost') -Scanned
        $before = Get-ChildItem $server.Maildir -Recurse -File -Force | Where-Object { $_.Directory.Name -in 'cur', 'new' } | Get-FileHash
        $items = Get-BackupItem -Type Message
        Remove-Item $server.Maildir -Recurse -Force
        $null = New-Item $server.Maildir -ItemType Directory

        $restored = $items | Restore-Item
        ($restored | Measure-Object Restored -Sum).Sum | Should -Be $items.Count
        $after = Get-ChildItem $server.Maildir -Recurse -File -Force | Where-Object { $_.Directory.Name -in 'cur', 'new' } | Get-FileHash
        $after.Hash | Sort-Object | Should -Be ($before.Hash | Sort-Object)
    }
}

Describe 'An item changes over time' {
    It 'keeps every state, and any of them can be had' {
        $server = New-SampleServer (Join-Path $TestDrive 'history') -Scanned
        $note = Join-Path $server.Maildir 'example.com' 'alice' 'Files' 'notes.txt'
        $texts = @(Get-Content $note -Raw)
        foreach ($n in 1..3) {
            Start-Sleep -Milliseconds 20
            $texts += "Version $n of the note$('.' * $n)"
            Set-Content $note $texts[-1] -NoNewline
            (Start-SmartScan).Updated | Should -Be 1
        }

        $states = Get-BackupItem $server.Alice -Type Document | Where-Object Subject -EQ 'notes.txt' | Get-BackupItem -History
        $states.Count | Should -Be 4
        foreach ($n in 0..3) {
            $file = $states[$n] | Export-BackupItem -Destination (Join-Path $TestDrive "state$n") -PassThru
            Get-Content $file -Raw | Should -Be $texts[$n]
        }
    }
}

Describe 'Two backup paths of one server' {
    It 'are worked on side by side' {
        $server = New-SampleServer (Join-Path $TestDrive 'two') -Scanned
        $second = Join-Path $TestDrive 'second'
        Set-BackupPath $second
        Get-BackupSource -BackupPath $server.Path | Select-Object Maildir, Ldif | Set-BackupSource
        $null = Start-SmartScan
        @(Get-BackupItem).Count | Should -Be @(Get-BackupItem -BackupPath $server.Path).Count
        (Get-BackupItem -Type Contact | Select-Object -First 1).BackupPath | Should -Be $second
        (Get-BackupOperation -History).BackupPath | Select-Object -Unique | Should -Be $second
    }
}

Describe 'A nightly script' {
    It 'can rely on try and catch, and on the report' {
        $server = New-SampleServer (Join-Path $TestDrive 'script')
        $pwsh = (Get-Process -Id $PID).Path
        $said = & $pwsh -NoProfile -NonInteractive -Command "
            `$ErrorActionPreference = 'Stop'
            Import-Module '$ModulePath'
            `$env:MAILBACKUP_PATH = '$($server.Path)'
            try { `$scan = Start-SmartScan; 'saved {0}' -f `$scan.Added } catch { 'failed ' + `$_.FullyQualifiedErrorId }
            try { Start-SmartScan -BackupPath '$TestDrive/none' } catch { 'failed ' + `$_.FullyQualifiedErrorId }"
        $said[0] | Should -Match '^saved \d\d$'
        $said[1] | Should -Be 'failed BackupPathNotFound,MailBackup.Cmdlets.StartSmartScanCommand'
    }
}
