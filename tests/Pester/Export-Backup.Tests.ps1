BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $export = Join-Path $TestDrive 'export'
}

Describe 'Export-Backup' {
    It 'says with -WhatIf what it would do' {
        Export-Backup $export -WhatIf
        Test-Path $export | Should -BeFalse
    }

    It 'writes the backup and then only what is new' {
        $first = Export-Backup $export
        $first.State | Should -Be 'Completed'
        $first.Kind | Should -Be 'BackupExport'
        $first.Added | Should -Be @(Get-BackupItem -All).Count
        $first.Blobs | Should -Be (Get-BackupInfo).Blobs
        $second = Export-Backup $export
        $second.Added | Should -Be 0
        $second.Unchanged | Should -Be $first.Added
    }

    It 'is listed like a backup path, with a warning that says whose it is' {
        $items = Get-BackupItem -BackupPath $export -WarningVariable said -WarningAction SilentlyContinue
        @($items).Count | Should -Be @(Get-BackupItem).Count
        $said | Should -Match 'is an export of server'
        (Get-BackupAccount -BackupPath $export -WarningAction SilentlyContinue).Account | Should -Be (Get-BackupAccount).Account
        $mail = $items | Where-Object Type -EQ Message | Select-Object -First 1
        $file = $mail | Export-BackupItem -Destination $TestDrive -PassThru -WarningAction SilentlyContinue
        $file.Length | Should -Be $mail.Size
    }

    It 'takes domains from the pipeline and classes of service' {
        (Get-BackupDomain example.org | Export-Backup (Join-Path $TestDrive 'org')).State | Should -Be 'Completed'
        (Get-BackupAccount -BackupPath (Join-Path $TestDrive 'org') -WarningAction SilentlyContinue).Domain | Select-Object -Unique | Should -Be 'example.org'
        $office = Export-Backup (Join-Path $TestDrive 'office') -Cos office -SkipItem
        $office.Added | Should -Be 0
        (Get-BackupAccount -BackupPath (Join-Path $TestDrive 'office') -WarningAction SilentlyContinue).Account | Should -Contain 'alice@example.com'
    }

    It 'refuses <Why>' -ForEach @(
        @{ Why = 'a folder in the backup path'; Destination = { Join-Path $server.Path 'export' }; More = @{}; Id = 'DestinationInvalid' }
        @{ Why = 'a folder that holds something else'; Destination = { $server.Maildir }; More = @{}; Id = 'DestinationInvalid' }
        @{ Why = 'a domain that is not known'; Destination = { Join-Path $TestDrive 'other' }; More = @{ Domain = 'example.net' }; Id = 'DomainNotFound' }
        @{ Why = 'a class that is not known'; Destination = { Join-Path $TestDrive 'other' }; More = @{ Cos = 'gold' }; Id = 'CosNotFound' }
        @{ Why = 'to fill the device'; Destination = { Join-Path $TestDrive 'other' }; More = @{ FreeSpaceThreshold = 1GB }; Id = 'DestinationFull' }
    ) {
        { $null = Export-Backup (& $Destination) @More -ErrorAction Stop } | Should -Throw -ErrorId "$Id,MailBackup.Cmdlets.ExportBackupCommand"
    }

    It 'completes domains and classes' {
        (Get-Completion 'Export-Backup /tmp/x -Domain example.o').CompletionText | Should -Be 'example.org'
        (Get-Completion 'Export-Backup /tmp/x -Cos off').CompletionText | Should -Be 'office'
    }
}
