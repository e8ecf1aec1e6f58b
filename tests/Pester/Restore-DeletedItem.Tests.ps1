BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $alice = Join-Path $server.Maildir 'example.com' 'alice' 'Maildir'
    $tag = 'undelete_' + (Get-Date -Format 'dd_MM_yy')
}

Describe 'Restore-DeletedItem' {
    BeforeEach {
        $after = [DateTimeOffset]::UtcNow
        $file = Get-MailFile $alice 'Subject: Lunch on Friday' | Select-Object -First 1
        Remove-Item $file
        $null = Start-AccountScan $server.Alice
    }

    AfterEach {
        if (-not (Get-MailFile $alice 'Subject: Lunch on Friday')) { $null = Restore-DeletedItem $server.Alice -After $after }
    }

    It 'brings back what was deleted, under its id and tagged' {
        $lost = @(Get-BackupItem $server.Alice -Deleted -After $after)
        $operation = Restore-DeletedItem $server.Alice -After $after
        $operation.Kind | Should -Be 'Undelete'
        $operation.State | Should -Be 'Completed'
        $operation.Restored | Should -Be $lost.Count
        $back = Get-BackupItem $server.Alice -Id $lost[0].Id
        $back.Tags | Should -Contain $tag
        $null = Start-SmartScan
        (Get-BackupItem $server.Alice -Id $lost[0].Id).Tags | Should -Contain $tag
    }

    It 'restores nothing the second time' {
        $null = Restore-DeletedItem $server.Alice -After $after
        $again = Restore-DeletedItem $server.Alice -After $after
        $again.Restored | Should -Be 0
        $again.Skipped | Should -BeGreaterThan 0
    }

    It 'does nothing with -WhatIf' {
        $before = @(Get-BackupOperation -History).Count
        Restore-DeletedItem $server.Alice -After $after -WhatIf
        @(Get-BackupOperation -History).Count | Should -Be $before
        Get-MailFile $alice 'Subject: Lunch on Friday' | Should -BeNullOrEmpty
    }

    It 'takes accounts from the pipeline and by wildcard, in one operation' {
        $operations = @(Get-BackupAccount -Domain example.com | Restore-DeletedItem -After $after)
        $operations.Count | Should -Be 1
        $operations.Restored | Should -Be 1
        (Restore-DeletedItem '*@example.com' -After $after).Skipped | Should -Be 1
    }

    It 'leaves what was deleted after -Before' {
        (Restore-DeletedItem $server.Alice -After $after.AddDays(-2) -Before $after.AddDays(-1)).Restored | Should -Be 0
    }

    It 'keeps the structure below -Folder' {
        (Restore-DeletedItem $server.Alice -After $after -Folder Found).Restored | Should -Be 1
        Get-MailFile $alice 'Subject: Lunch on Friday' | Should -BeLike '*.Found.INBOX*'
    }

    It 'tells a time that ends before it begins' {
        Restore-DeletedItem $server.Alice -After $after -Before $after.AddDays(-1) -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'DateInvalid,MailBackup.Cmdlets.RestoreDeletedItemCommand'
    }

    It 'completes accounts' {
        (Get-Completion 'Restore-DeletedItem al').CompletionText | Should -Be 'alice@example.com'
    }
}
