BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $alice = Join-Path $server.Maildir 'example.com' 'alice' 'Maildir'
    $before = [DateTimeOffset]::UtcNow
    Start-Sleep -Milliseconds 50
    $file = Get-MailFile $alice 'Subject: Lunch on Friday' | Select-Object -First 1
    Remove-Item $file
    Add-Mail $alice 'Brand new'
    $null = Start-AccountScan $server.Alice
}

Describe 'Compare-BackupAccount' {
    It 'tells what was added and deleted' {
        $changes = Compare-BackupAccount $server.Alice $before
        ($changes | Where-Object Change -EQ Added).Subject | Should -Be 'Brand new'
        ($changes | Where-Object Change -EQ Deleted).Subject | Should -Be 'Lunch on Friday?'
    }

    It 'finds nothing in accounts that stayed as they were' {
        Get-BackupAccount *@example.org | Compare-BackupAccount -At $before | Should -BeNullOrEmpty
    }

    It 'gives objects that Restore-Item takes as they were' {
        $done = Compare-BackupAccount $server.Alice -At $before | Where-Object Change -EQ Deleted | Restore-Item
        $done.Restored | Should -Be 1
        $file | Should -Exist
    }

    It 'tells wrong moments and unknown accounts' {
        { Compare-BackupAccount $server.Alice -At $before -With $before.AddDays(-1) -ErrorAction Stop } | Should -Throw -ErrorId 'ArgumentInvalid,MailBackup.Cmdlets.CompareBackupAccountCommand'
        Compare-BackupAccount nobody@example.com $before -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'AccountNotFound,MailBackup.Cmdlets.CompareBackupAccountCommand'
    }

    It 'shows itself within 100 columns and completes accounts' {
        $text = Compare-BackupAccount $server.Alice $before | Out-String -Width 100
        ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 101
        (Get-Completion 'Compare-BackupAccount al').CompletionText | Should -Be 'alice@example.com'
    }
}
