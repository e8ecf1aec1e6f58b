BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    Get-MailFile $server.Maildir 'Subject: Lunch on Friday' | Where-Object FullName -Match 'alice/Maildir/cur' | Remove-Item
    $null = Start-SmartScan
}

Describe 'Search-BackupItem' {
    It 'finds words, phrases and fields in every account, without any further step after a scan' {
        (Search-BackupItem lunch).Account | Should -Contain 'bob@example.com'
        (Search-BackupItem '"store room"').Subject | Should -Contain 'Keys for the store room'
        (Search-BackupItem 'from:bob -subject:lunch' -Type Message).Subject | Should -Not -Contain 'Lunch on Friday?'
        (Search-BackupItem has:attachment).Count | Should -Be 4
    }

    It 'finds contacts, appointments and documents' {
        (Search-BackupItem lease).Type | Should -Contain 'Task'
        (Search-BackupItem lease).Type | Should -Contain 'Document'
        (Search-BackupItem 'from:carla@example.org' -Type Contact).Subject | Should -Contain 'Carla Núñez'
    }

    It 'narrows by account, wildcard, folder and sender' {
        (Search-BackupItem minutes alice@example.com).Account | Select-Object -Unique | Should -Be 'alice@example.com'
        (Search-BackupItem minutes '*@example.org') | Should -BeNullOrEmpty
        (Search-BackupItem minutes -Account '*@nowhere') | Should -BeNullOrEmpty
        (Search-BackupItem -Folder Archive/2024 -Account bob@example.com).Subject | Should -Be 'Minutes of 15 January'
        @(Search-BackupItem -From dmitri -Subject minutes -Account alice@example.com).Count | Should -Be 2
    }

    It 'takes accounts from the pipeline, by property name' {
        @(Get-BackupAccount *@example.com | Search-BackupItem minutes | Select-Object -ExpandProperty Account -Unique).Count | Should -Be 2
    }

    It 'narrows by date and size' {
        Search-BackupItem lunch -Before '1990-01-01' | Should -BeNullOrEmpty
        (Search-BackupItem measurements -LargerThan 20KB).Count | Should -Be 4
        Search-BackupItem measurements -LargerThan 1MB | Should -BeNullOrEmpty
    }

    It 'finds deleted items, and pipes into Restore-Item and Export-BackupItem' {
        $deleted = Search-BackupItem lunch -Deleted
        $deleted.Subject | Should -Be 'Lunch on Friday?'
        $deleted.BackupPath | Should -Be $server.Path
        (Search-BackupItem lunch -All).Deleted | Should -Contain $true
        $file = $deleted | Export-BackupItem -Destination (Join-Path $TestDrive 'out') -PassThru
        Get-Content $file -Raw | Should -Match 'Lunch on Friday'
        Search-BackupItem lunch -Deleted | Restore-Item -WhatIf | Should -BeNullOrEmpty
    }

    It 'ranks, and stops when nobody reads on' {
        $seen = [Collections.Generic.List[object]]::new()
        Search-BackupItem the | ForEach-Object { $seen.Add($_); $_ } | Select-Object -First 2 | Should -HaveCount 2
        $seen.Count | Should -Be 2
        $seen[0].Score | Should -BeGreaterOrEqual $seen[1].Score
    }

    It 'says what is wrong with a query' {
        { Search-BackupItem '"open' } | Should -Throw -ErrorId 'SearchQueryInvalid,*'
        { Search-BackupItem 'form:alice' } | Should -Throw '*no field*'
    }

    It 'tells an account and a folder that are not there, and searches the others' {
        $found = Search-BackupItem minutes nobody@example.com, bob@example.com -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Account | Should -Be 'bob@example.com'
        $failed[0].FullyQualifiedErrorId | Should -Be 'AccountNotFound,MailBackup.Cmdlets.SearchBackupItemCommand'
        { Search-BackupItem minutes -Folder Nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'FolderNotFound,*'
    }

    It 'completes accounts and folders' {
        (Get-Completion 'Search-BackupItem x -Account bo').CompletionText | Should -Be 'bob@example.com'
        (Get-Completion 'Search-BackupItem x alice@example.com -Folder Arch').CompletionText | Should -Be @('Archive', 'Archive/2024')
    }

    It 'shows a table no wider than 100 columns' {
        $text = Search-BackupItem the | Out-String -Width 100
        ($text -replace '\e\[[\d;]*m' -split "`n" | Measure-Object -Maximum Length).Maximum | Should -BeLessOrEqual 100
    }
}

Describe 'Update-BackupSearchIndex' {
    It 'has nothing to do after a scan' {
        (Update-BackupSearchIndex).Added | Should -Be 0
    }

    It 'makes nothing with -WhatIf' {
        Update-BackupSearchIndex -Rebuild -WhatIf | Should -BeNullOrEmpty
    }

    It 'makes the index anew' {
        (Update-BackupSearchIndex -Rebuild).Added | Should -BeGreaterThan 60
        @(Search-BackupItem minutes).Count | Should -BeGreaterThan 0
    }

    It 'is told when an index is missing, in the words of PowerShell' {
        Remove-Item (Join-Path $server.Path 'state/search.db*')
        { Search-BackupItem minutes } | Should -Throw -ErrorId 'SearchIndexMissing,*'
        try { Search-BackupItem minutes } catch { $_.ErrorDetails.RecommendedAction | Should -BeLike '*Update-BackupSearchIndex*' }
        $null = Start-SmartScan
        @(Search-BackupItem minutes).Count | Should -BeGreaterThan 0
    }

    It 'is switched off and on with the configuration' {
        Set-BackupConfiguration -SearchIndex $false
        Add-Mail (Join-Path $server.Maildir 'example.com/alice/Maildir') 'Brand new'
        $null = Start-SmartScan
        { Search-BackupItem minutes } | Should -Throw -ErrorId 'SearchIndexOff,*'
        { Update-BackupSearchIndex } | Should -Throw -ErrorId 'SearchIndexOff,*'
        Set-BackupConfiguration -SearchIndex $true
        $null = Start-SmartScan
        (Search-BackupItem 'subject:brand').Subject | Should -Be 'Brand new'
    }
}
