BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $alice = Join-Path $server.Maildir 'example.com' 'alice' 'Maildir'
}

Describe 'Restore-Item' {
    BeforeEach {
        $file = Get-MailFile $alice 'Subject: Lunch on Friday' | Select-Object -First 1
        $bytes = [IO.File]::ReadAllBytes($file)
        Remove-Item $file
        $null = Start-AccountScan $server.Alice
    }

    AfterEach {
        if (-not (Get-MailFile $alice 'Subject: Lunch on Friday')) { [IO.File]::WriteAllBytes($file, $bytes) }
        $null = Start-AccountScan $server.Alice
    }

    It 'puts a deleted item back byte for byte' {
        $restored = Get-BackupItem $server.Alice -Deleted | Where-Object Subject -EQ 'Lunch on Friday?' | Select-Object -Last 1 | Restore-Item
        $restored.Restored | Should -Be 1
        $back = @(Get-MailFile $alice 'Subject: Lunch on Friday')
        $back.Count | Should -Be 1
        [Convert]::ToHexString([IO.File]::ReadAllBytes($back[0])) | Should -Be ([Convert]::ToHexString($bytes))
    }

    It 'does nothing with -WhatIf, and says what it would do for each item' {
        $before = @(Get-BackupOperation -History).Count
        Get-BackupAccount | Get-BackupItem -Deleted -After (Get-Date).AddDays(-3) | Where-Object Subject -Like '*lunch*' | Restore-Item -WhatIf
        @(Get-BackupOperation -History).Count | Should -Be $before
        Get-MailFile $alice 'Subject: Lunch on Friday' | Should -BeNullOrEmpty
    }

    It 'is one operation for all that was listed as of one date' {
        $at = Get-Date
        Start-Sleep -Milliseconds 20
        $changed = Get-MailFile $alice 'From:' | Select-Object -First 4
        $changed | ForEach-Object { Start-Sleep -Milliseconds 5; [IO.File]::Move($_, ($_.FullName -replace ':2,.*$', '') + ':2,T'); $null = Start-AccountScan $server.Alice }
        $operations = @(Get-BackupItem $server.Alice -At $at -Type Message | Restore-Item -Folder 'As it was')
        $operations | Should -HaveCount 1
        $operations.Restored | Should -BeGreaterThan 10
    }

    It 'skips what is there already' {
        $items = Get-BackupItem $server.Alice -Folder Sent -Type Message
        $restored = $items | Restore-Item
        $restored.Skipped | Should -Be @($items).Count
        $restored.Restored | Should -Be 0
    }

    It 'restores into another folder and another account' {
        $item = Get-BackupItem $server.Bob -Type Message | Select-Object -First 1
        ($item | Restore-Item -To $server.Alice -Folder 'From Bob').Restored | Should -Be 1
        Get-ChildItem (Join-Path $alice '.From Bob') -Recurse -File -Force | Should -Not -BeNullOrEmpty
    }

    It 'makes one operation an account' {
        $operations = @(Get-BackupItem -Type Message | Restore-Item)
        $operations.Count | Should -Be 4
        $operations.Kind | Select-Object -Unique | Should -Be 'Restore'
    }

    It 'takes account and id by hand and by property name' {
        $id = (Get-BackupItem $server.Alice -Deleted | Where-Object Subject -EQ 'Lunch on Friday?')[-1].Id
        (Restore-Item $server.Alice $id).Restored | Should -Be 1
        ([pscustomobject]@{ Account = $server.Alice; Id = "$id" } | Restore-Item).Skipped | Should -Be 1
    }

    It 'tells an item that it could not restore, and restores the others' {
        $id = (Get-BackupItem $server.Alice -Deleted | Where-Object Subject -EQ 'Lunch on Friday?')[-1].Id
        $restored = Restore-Item $server.Alice 99999, $id -ErrorVariable failed -ErrorAction SilentlyContinue
        $restored.State | Should -Be 'CompletedWithErrors'
        $restored.Restored | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'ItemNotFound,MailBackup.Cmdlets.RestoreItemCommand'
        $failed[0].TargetObject.Item | Should -Be 99999
    }

    It 'goes on with the next account when one fails' {
        $item = Get-BackupItem $server.Bob -Type Message | Select-Object -First 1
        $csv = [pscustomobject]@{ Account = 'nobody@example.com'; Id = 1 }, [pscustomobject]@{ Account = $server.Bob; Id = "$($item.Id)" }
        $operations = $csv | Restore-Item -ErrorVariable failed -ErrorAction SilentlyContinue
        $operations[-1].State | Should -Be 'Completed'
        "$($failed.FullyQualifiedErrorId)" | Should -BeLike '*AccountNotFound,*'
    }

    It 'never restores from another backup path than the items came from' {
        $items = @(Get-BackupItem $server.Alice -Deleted | Where-Object Subject -EQ 'Lunch on Friday?')[-1]
        Set-BackupPath (Join-Path $TestDrive 'elsewhere')
        try { ($items | Restore-Item).BackupPath | Should -Be $server.Path } finally { Set-BackupPath $server.Path }
    }

    It 'completes accounts, ids and folders' {
        (Get-Completion 'Restore-Item al').CompletionText | Should -Be 'alice@example.com'
        (Get-Completion 'Restore-Item alice@example.com lunch').ListItemText | Should -BeLike '*Lunch*'
        (Get-Completion 'Restore-Item -Account alice@example.com -Folder INB').CompletionText | Should -Be 'INBOX'
    }

    It 'restores a message of which only the digest is known' {
        $known = Get-BackupItem $server.Alice -Type Message | Select-Object -First 1
        Restore-Item $server.Bob -Raw -Digest $known.Digest -WhatIf | Should -BeNullOrEmpty
        $operation = Restore-Item $server.Bob -Raw -Digest $known.Digest -Folder Raw
        $operation.Kind | Should -Be 'RawRestore'
        $operation.Restored | Should -Be 1
        $file = Get-ChildItem (Join-Path $server.Maildir example.com bob Maildir .Raw cur) -File
        (Get-Item $file).Length | Should -Be $known.Size
        $failed = Restore-Item $server.Bob -Raw -Digest ('A' * 43) -ErrorAction SilentlyContinue
        $failed.State | Should -Be 'CompletedWithErrors'
    }
}
