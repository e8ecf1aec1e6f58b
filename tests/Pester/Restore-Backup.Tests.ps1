BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $old = New-SampleServer (Join-Path $TestDrive 'old') -Scanned
    $items = @(Get-BackupItem).Count

    # Another server: a home, a tree and a directory of its own.
    function New-EmptyServer([string] $Folder) {
        $null = New-Item (Join-Path $Folder 'mail') -ItemType Directory -Force
        $ldif = Join-Path $Folder 'directory.ldif'
        Set-Content $ldif "version: 1`n`ndn: dc=admin`nobjectClass: zimbraDomain`nzimbraDomainName: admin.local`n"
        $env:MAILBACKUP_HOME = Join-Path $Folder 'home'
        Set-BackupPath (Join-Path $Folder 'backup')
        Set-BackupSource -Maildir (Join-Path $Folder 'mail') -Ldif $ldif
    }
}

Describe 'Restore-Backup' {
    It 'restores another server onto an empty one, and nothing the second time' {
        New-EmptyServer (Join-Path $TestDrive 'new')
        Restore-Backup $old.Path -WhatIf
        @(Get-BackupAccount).Count | Should -Be 0
        $first = Restore-Backup $old.Path
        $first.State | Should -Be 'Completed'
        $first.Kind | Should -Be 'ExternalRestore'
        $first.Restored | Should -BeGreaterThan $items
        @(Get-BackupItem).Count | Should -Be $items
        (Restore-Backup $old.Path).Restored | Should -Be 0
        (Get-BackupMap).Role | Should -Be 'Owner', 'Imported'
    }

    It 'reads the other backup path, and refuses to change it' {
        @(Get-BackupItem -BackupPath $old.Path -WarningVariable said -WarningAction SilentlyContinue).Count | Should -Be $items
        $said | Should -Match 'is the backup path of server'
        (Get-BackupInfo -BackupPath $old.Path -WarningAction SilentlyContinue).Items | Should -Be $items
        { Start-SmartScan -BackupPath $old.Path } | Should -Throw -ErrorId 'BackupPathOwnedByAnotherServer,*'
    }

    It 'takes accounts by name, wildcard, file and pipeline' {
        New-EmptyServer (Join-Path $TestDrive 'some')
        $null = Restore-Backup $old.Path 'car*@example.org'
        (Get-BackupAccount).Account | Should -Be 'carla@example.org'
        $list = Join-Path $TestDrive 'list.txt'
        Set-Content $list '# one', 'dmitri@example.org'
        $null = Restore-Backup $old.Path -AccountFile $list -Skip Alias, DistributionList -ProvisioningOnly
        $null = Get-BackupAccount bob* -BackupPath $old.Path -WarningAction SilentlyContinue | Restore-Backup $old.Path
        (Get-BackupAccount).Account | Should -Be 'bob@example.com', 'carla@example.org', 'dmitri@example.org'
        Get-BackupItem dmitri@example.org -Type Message | Should -BeNullOrEmpty
    }

    It 'refuses <Why>' -ForEach @(
        @{ Why = 'what is no backup path'; From = { $old.Maildir }; Id = 'BackupPathNotInitialized' }
        @{ Why = 'what is not there'; From = { Join-Path $TestDrive 'nowhere' }; Id = 'BackupPathNotFound' }
        @{ Why = 'its own backup path'; From = { (Get-BackupPath).Path }; Id = 'BackupPathIsOwnCopy' }
    ) {
        { $null = Restore-Backup (& $From) -ErrorAction Stop } | Should -Throw -ErrorId "$Id,MailBackup.Cmdlets.RestoreBackupCommand"
    }

    It 'says which account is not known' {
        { $null = Restore-Backup $old.Path nobody@example.com -ErrorAction Stop } | Should -Throw -ErrorId 'AccountNotFound,MailBackup.Cmdlets.RestoreBackupCommand'
    }

    It 'completes accounts and domains of the other path, and parts' {
        (Get-Completion "Restore-Backup $($old.Path) ali").CompletionText | Should -Be 'alice@example.com'
        (Get-Completion "Restore-Backup -Path $($old.Path) -Domain example.o").CompletionText | Should -Be 'example.org'
        (Get-Completion "Restore-Backup -Path $($old.Path) -Skip Ali").CompletionText | Should -Be 'Alias'
    }
}
