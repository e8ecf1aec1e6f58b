BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $out = Join-Path $TestDrive 'export'
}

Describe 'Export-BackupItem' {
    It 'writes each item of the pipeline to a file, byte for byte' {
        $files = Get-BackupItem $server.Alice -Type Message | Export-BackupItem -Destination $out -PassThru
        $files.Count | Should -Be (Get-BackupItem $server.Alice -Type Message).Count
        $files[0] | Should -BeOfType System.IO.FileInfo
        $original = Get-MailFile (Join-Path $server.Maildir 'example.com' 'alice') 'Subject: Lunch on Friday' | Get-FileHash
        ($files | Get-FileHash).Hash | Should -Contain $original.Hash
    }

    It 'names files by what they are' {
        $files = Get-BackupItem $server.Alice | Export-BackupItem -Destination (Join-Path $TestDrive 'all') -PassThru
        $files.Extension | Select-Object -Unique | Should -Contain '.vcf'
        $files.Extension | Select-Object -Unique | Should -Contain '.ics'
        $files.Name -like '*-notes.txt' | Should -HaveCount 1
    }

    It 'is silent without -PassThru' {
        Get-BackupItem $server.Bob -Type Contact | Export-BackupItem -Destination $out | Should -BeNullOrEmpty
        Get-ChildItem (Join-Path $out $server.Bob) | Should -HaveCount 1
    }

    It 'does not write over a file without -Force' {
        $item = Get-BackupItem $server.Bob -Type Contact
        $item | Export-BackupItem -Destination $out -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'OutputFileExists,MailBackup.Cmdlets.ExportBackupItemCommand'
        $item | Export-BackupItem -Destination $out -Force -ErrorAction Stop
    }

    It 'writes nothing with -WhatIf' {
        Get-BackupItem $server.Alice | Export-BackupItem -Destination (Join-Path $TestDrive 'whatif') -WhatIf
        Join-Path $TestDrive 'whatif' | Should -Not -Exist
    }

    It 'writes the transactions as a JSON array' {
        $file = Get-BackupItem $server.Alice -Type Contact | Select-Object -First 1 | Export-BackupItem -Transactions -Destination $out -PassThru
        $file.Extension | Should -Be '.json'
        @(Get-Content $file -Raw | ConvertFrom-Json).Count | Should -Be 1
    }

    It 'tells what has no content, and what is not there' {
        $folder = Get-BackupItem $server.Alice -Type Folder | Select-Object -First 1
        Export-BackupItem $server.Alice $folder.Id, 99999 -Destination $out -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ItemHasNoContent,*'
        $failed[1].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
    }

    It 'shortens a name that is too long with the id before it' {
        $long = ('ä' * 120) + 'xxxxxxxxxx.txt'
        $note = Join-Path $server.Maildir 'example.com' 'alice' 'Files' $long
        Set-Content -LiteralPath $note 'A long name.'
        $null = Start-SmartScan
        $file = Get-BackupItem $server.Alice -Type Document | Where-Object Subject -EQ $long | Export-BackupItem -Destination (Join-Path $TestDrive 'long') -PassThru -ErrorAction Stop
        [Text.Encoding]::UTF8.GetByteCount($file.Name) | Should -BeLessOrEqual 255
        $file.Name | Should -BeLike '*-ä*.txt'
        Get-Content -LiteralPath $file.FullName | Should -Be 'A long name.'
        Remove-Item -LiteralPath $note
        $null = Start-SmartScan
    }

    It 'tells a full disk as an output that cannot be written' {
        $full = New-Item -ItemType Directory (Join-Path $TestDrive 'full')
        mount -t tmpfs -o size=16k tmpfs $full.FullName 2>$null
        if ($LASTEXITCODE -ne 0) {
            Set-ItResult -Skipped -Because 'no file system can be mounted here'
            return
        }

        try {
            { Get-BackupItem $server.Alice, $server.Bob -Type Message | Export-BackupItem -Destination $full.FullName } |
                Should -Throw -ErrorId 'OutputNotWritable,MailBackup.Cmdlets.ExportBackupItemCommand'
            Get-ChildItem $full.FullName -Recurse -Hidden -Filter '*.part' | Should -BeNullOrEmpty
        }
        finally {
            umount $full.FullName
        }
    }

    It 'exports a past state' {
        $note = Join-Path $server.Maildir 'example.com' 'alice' 'Files' 'notes.txt'
        $old = Get-Content $note -Raw
        Start-Sleep -Milliseconds 20
        Set-Content $note 'Something else altogether, and longer.'
        $null = Start-SmartScan
        $item = Get-BackupItem $server.Alice -Type Document | Where-Object Subject -EQ 'notes.txt'
        $file = $item | Get-BackupItem -History | Select-Object -First 1 | Export-BackupItem -Destination (Join-Path $TestDrive 'past') -PassThru
        Get-Content $file -Raw | Should -Be $old
    }

    It 'completes accounts' {
        (Get-Completion 'Export-BackupItem dm').CompletionText | Should -Be 'dmitri@example.org'
    }
}
