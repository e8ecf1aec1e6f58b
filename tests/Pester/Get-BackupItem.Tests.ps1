BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $scanned = Get-Date
    Start-Sleep -Milliseconds 20
    Get-MailFile (Join-Path $server.Maildir 'example.com' 'alice') 'Subject: Lunch on Friday' | Remove-Item
    $null = Start-SmartScan
}

Describe 'Get-BackupItem' {
    It 'lists living items of all accounts' {
        $items = Get-BackupItem
        ($items.Account | Select-Object -Unique).Count | Should -Be 4
        $items.Deleted | Should -Not -Contain $true
    }

    It 'has typed properties' {
        $item = Get-BackupItem alice@example.com -Type Message | Select-Object -First 1
        $item.Date | Should -BeOfType DateTimeOffset
        $item.Start | Should -BeOfType DateTimeOffset
        $item.Size | Should -BeOfType long
        $item.BackupPath | Should -Be $server.Path
    }

    It 'chooses by type, folder and id' {
        (Get-BackupItem alice@example.com -Type Contact).Count | Should -Be 2
        Get-BackupItem alice@example.com -Folder Archive/2024 -Type Message | Should -HaveCount 2
        $id = (Get-BackupItem alice@example.com -Type Document)[0].Id
        (Get-BackupItem alice@example.com $id).Type | Should -Be 'Document'
        (Get-BackupItem alice@example.com "$id").Type | Should -Be 'Document'
    }

    It 'lists deleted items, since a date' {
        (Get-BackupItem -Deleted).Subject | Should -Be 'Lunch on Friday?'
        (Get-BackupItem -Deleted -After $scanned).Subject | Should -Be 'Lunch on Friday?'
        Get-BackupItem -Deleted -Before $scanned | Should -BeNullOrEmpty
        @(Get-BackupItem alice@example.com -All).Count | Should -Be (@(Get-BackupItem alice@example.com).Count + 1)
    }

    It 'lists what was at a date' {
        (Get-BackupItem alice@example.com -At $scanned).Subject | Should -Contain 'Lunch on Friday?'
        Get-BackupItem -At '2001-01-01' | Should -BeNullOrEmpty
    }

    It 'shows every state of an item' {
        $states = @(Get-BackupItem -Deleted | Get-BackupItem -History)
        $states.Count | Should -Be 2
        $states[0].Deleted | Should -BeFalse
        $states[0].End | Should -Be $states[1].Start
        $states[1].Deleted | Should -BeTrue
    }

    It 'takes accounts from the pipeline by property name' {
        @(Get-BackupAccount *@example.org | Get-BackupItem -Type Message | Select-Object -ExpandProperty Account -Unique).Count | Should -Be 2
        ('Account', 'bob@example.com' | ConvertFrom-Csv | Get-BackupItem -Type Contact).Account | Should -Be 'bob@example.com'
    }

    It 'streams, and stops when nobody reads on' {
        $seen = [Collections.Generic.List[object]]::new()
        Get-BackupItem | ForEach-Object { $seen.Add($_); $_ } | Select-Object -First 3 | Should -HaveCount 3
        $seen.Count | Should -Be 3
    }

    It 'goes on after an account that is not there' {
        $items = Get-BackupItem nobody@example.com, bob@example.com -Type Contact -ErrorVariable failed -ErrorAction SilentlyContinue
        $items.Account | Should -Be 'bob@example.com'
        $failed[0].FullyQualifiedErrorId | Should -Be 'AccountNotFound,MailBackup.Cmdlets.GetBackupItemCommand'
        { Get-BackupItem nobody@example.com -ErrorAction Stop } | Should -Throw -ErrorId 'AccountNotFound,*'
    }

    It 'tells folder and item that are not there' {
        { Get-BackupItem alice@example.com -Folder Nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'FolderNotFound,*'
        { Get-BackupItem alice@example.com 99999 -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Get-BackupItem alice@example.com 99999 -History -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }

    It 'advises in the words of PowerShell' {
        Get-BackupItem nobody@example.com -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*Get-BackupAccount*'
    }

    It 'completes accounts, folders with quotes where needed, and item ids with their subject' {
        (Get-Completion 'Get-BackupItem bo').CompletionText | Should -Be 'bob@example.com'
        (Get-Completion 'Get-BackupItem alice@example.com -Folder Arch').CompletionText | Should -Be @('Archive', 'Archive/2024')
        (Get-Completion 'Get-BackupItem alice@example.com -Folder Ent').CompletionText | Should -Be "'Entwürfe'"
        $ids = Get-Completion 'Get-BackupItem alice@example.com lunch'
        $ids[0].ListItemText | Should -BeLike '*Lunch on Friday*'
        $ids[0].CompletionText | Should -Match '^\d+$'
    }

    It 'completes from a backup path relative to the location' {
        Push-Location (Split-Path $server.Path)
        try { (Get-Completion 'Get-BackupItem -BackupPath ./backup -Account bo').CompletionText | Should -Be 'bob@example.com' } finally { Pop-Location }
    }

    It 'shows a table no wider than 100 columns' {
        foreach ($text in (Get-BackupItem | Out-String -Width 100), (Get-BackupItem -Deleted | Out-String -Width 100)) {
            $text | Should -Match 'Size \(KB\)'
            ($text -replace '\e\[[\d;]*m' -split "`n" | Measure-Object -Maximum Length).Maximum | Should -BeLessOrEqual 100
        }
    }
}
