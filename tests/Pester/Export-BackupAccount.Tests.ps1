BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $archives = Join-Path $TestDrive 'archives'
}

Describe 'Export-BackupAccount' {
    It 'writes each format under the name of the account' {
        foreach ($format in 'Maildir', 'Mbox', 'Zip') {
            $done = Export-BackupAccount $server.Alice $archives -Format $format
            $done.State | Should -Be 'Completed'
            $done.Added | Should -BeGreaterThan 20
        }

        (Get-ChildItem $archives).Name | Sort-Object | Should -Be 'alice@example.com', 'alice@example.com.mbox', 'alice@example.com.zip'
        Join-Path $archives 'alice@example.com' 'Maildir' 'cur' | Should -Exist
        Join-Path $archives 'alice@example.com.mbox' 'Mail' 'Archive' '2024.mbox' | Should -Exist
    }

    It 'takes accounts from the pipeline and makes one operation each' {
        $done = Get-BackupAccount *@example.org | Export-BackupAccount -Destination (Join-Path $TestDrive 'org') -Format Zip
        @($done).Count | Should -Be 2
        @(Get-ChildItem (Join-Path $TestDrive 'org') -Filter *.zip).Count | Should -Be 2
    }

    It 'does nothing with -WhatIf' {
        Export-BackupAccount $server.Bob (Join-Path $TestDrive 'whatif') -WhatIf
        Join-Path $TestDrive 'whatif' | Should -Not -Exist
    }

    It 'does not write over an archive, but replaces it with -Force' {
        $null = Export-BackupAccount $server.Bob (Join-Path $TestDrive 'twice')
        $null = Export-BackupAccount $server.Bob (Join-Path $TestDrive 'twice') -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'ArchiveExists,MailBackup.Cmdlets.ExportBackupAccountCommand'
        (Export-BackupAccount $server.Bob (Join-Path $TestDrive 'twice') -Force).State | Should -Be 'Completed'
    }

    It 'goes on with the next account when one is not known' {
        $done = 'nobody@example.com', $server.Bob | Export-BackupAccount -Destination (Join-Path $TestDrive 'some') -ErrorVariable failed -ErrorAction SilentlyContinue
        $done[-1].State | Should -Be 'Completed'
        "$($failed.FullyQualifiedErrorId)" | Should -BeLike '*AccountNotFound,*'
    }

    It 'completes accounts and formats' {
        (Get-Completion 'Export-BackupAccount al').CompletionText | Should -Be 'alice@example.com'
        (Get-Completion 'Export-BackupAccount alice@example.com /tmp -Format Z').CompletionText | Should -Be 'Zip'
    }
}
