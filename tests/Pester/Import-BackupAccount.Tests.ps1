BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $alice = Join-Path $server.Maildir 'example.com' 'alice' 'Maildir'
    $archives = Join-Path $TestDrive 'archives'
    $null = Export-BackupAccount $server.Alice $archives -Format Zip
    $zip = Join-Path $archives 'alice@example.com.zip'
}

Describe 'Import-BackupAccount' {
    It 'skips what is there and adds what is missing, without a question' {
        $file = Get-MailFile $alice 'Subject: Lunch on Friday' | Select-Object -First 1
        Remove-Item $file
        $done = Import-BackupAccount $server.Alice $zip
        $done.Restored | Should -Be 1
        $done.Skipped | Should -BeGreaterThan 15
        $file | Should -Exist
    }

    It 'counts with -WhatIf and changes nothing' {
        Add-Mail $alice 'Stays'
        $before = @(Get-BackupOperation -History).Count
        Import-BackupAccount $server.Alice $zip -Resolve Reset -WhatIf
        @(Get-BackupOperation -History).Count | Should -Be $before
        Get-MailFile $alice 'Subject: Stays' | Should -Not -BeNullOrEmpty
    }

    It 'changes nothing where the preference says so, or nobody confirms' {
        $file = Get-MailFile $alice 'Subject: Lunch on Friday' | Select-Object -First 1
        Remove-Item $file
        & {
            $WhatIfPreference = $true
            Import-BackupAccount $server.Alice $zip
        }
        $file | Should -Not -Exist
        (Import-BackupAccount $server.Alice $zip).Restored | Should -Be 1
    }

    It 'empties first with Reset, and keeps what was there in the backup' {
        Add-Mail $alice 'Goes'
        $done = Import-BackupAccount $server.Alice $zip -Resolve Reset -Confirm:$false
        $done.State | Should -Be 'Completed'
        $done.Deleted | Should -BeGreaterThan 0
        Get-MailFile $alice 'Subject: Goes' | Should -BeNullOrEmpty
        $null = Start-AccountScan $server.Alice
        Get-BackupItem $server.Alice -Deleted | Where-Object Subject -EQ 'Goes' | Should -Not -BeNullOrEmpty
    }

    It 'imports below a folder, by property name' {
        $done = [pscustomobject]@{ Account = $server.Bob; Path = $zip } | Import-BackupAccount -Folder 'From Alice'
        $done.Restored | Should -BeGreaterThan 20
        Join-Path $server.Maildir 'example.com' 'bob' 'Maildir' '.From Alice.INBOX' 'cur' | Should -Exist
    }

    It 'tells what is wrong with an archive or an account' {
        $null = Import-BackupAccount $server.Alice (Join-Path $TestDrive 'none.zip') -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'ArchiveNotFound,MailBackup.Cmdlets.ImportBackupAccountCommand'
        $null = Import-BackupAccount nobody@example.com $zip -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'SourceAccountNotFound,MailBackup.Cmdlets.ImportBackupAccountCommand'
    }

    It 'completes accounts, ways to resolve and folders' {
        (Get-Completion 'Import-BackupAccount al').CompletionText | Should -Be 'alice@example.com'
        (Get-Completion 'Import-BackupAccount alice@example.com x.zip -Resolve Mo').CompletionText | Should -Be 'Modify'
        (Get-Completion 'Import-BackupAccount -Account alice@example.com -Folder INB').CompletionText | Should -Be 'INBOX'
    }
}
