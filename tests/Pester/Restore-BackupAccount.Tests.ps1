BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned

    function Remove-Account {
        param([string] $User)

        $ldif = (Get-Content $server.Ldif -Raw) -split "`n`n" | Where-Object { $_ -notmatch "uid=$User," }
        Set-Content $server.Ldif ($ldif -join "`n`n") -NoNewline
        Remove-Item (Join-Path $server.Maildir 'example.com' $User) -Recurse -Force
    }
}

Describe 'Restore-BackupAccount' {
    It 'refuses a living account without -As and says what to do' {
        $operation = Restore-BackupAccount $server.Alice -ErrorVariable failed -ErrorAction SilentlyContinue
        $operation.State | Should -Be 'Failed'
        $failed[0].FullyQualifiedErrorId | Should -Be 'AccountNotDeleted,MailBackup.Cmdlets.RestoreBackupAccountCommand'
        "$($failed[0].ErrorDetails)" | Should -BeLike '*-As*'
    }

    It 'does nothing with -WhatIf' {
        $before = (Get-FileHash $server.Ldif).Hash
        Restore-BackupAccount $server.Alice -As other@example.com -WhatIf
        (Get-FileHash $server.Ldif).Hash | Should -Be $before
        Join-Path $server.Maildir 'example.com' 'other' | Should -Not -Exist
    }

    It 'restores an account as a new one, once' {
        $items = @(Get-BackupItem $server.Alice)
        $operation = Restore-BackupAccount $server.Alice -As copy@example.com -HideFromGal
        $operation.State | Should -Be 'Completed'
        $operation.Restored | Should -BeGreaterOrEqual $items.Count
        $null = Start-SmartScan
        @(Get-BackupItem copy@example.com).Count | Should -Be $items.Count
        $copy = Get-BackupAccount copy@example.com
        $copy.Attributes.zimbraHideInGal | Should -Be 'TRUE'
        $copy.Attributes.Keys | Should -Contain 'entry:zimbraSignatureName=Holiday'
        $copy.Attributes.Keys | Should -Not -Contain 'zimbraMailAlias'
        $copy.DisplayName | Should -Be 'Alice Adler'

        $again = Restore-BackupAccount $server.Alice -As copy@example.com -WarningVariable told -WarningAction SilentlyContinue
        $again.Restored | Should -Be 0
        "$told" | Should -BeLike '*copy@example.com is in the directory already*'
    }

    It 'never shows the password of a data source' {
        $lines = (Get-BackupAccount $server.Alice).Attributes['entry:zimbraDataSourceName=Old office']
        $lines | Should -Contain 'zimbraDataSourceHost: pop.example.net'
        $lines -join "`n" | Should -Not -Match 'Password'
    }

    It 'brings a deleted account back from the pipeline, so that a scan finds nothing new' {
        $before = Get-BackupAccount $server.Bob
        $items = @(Get-BackupItem $server.Bob).Id.Value
        Remove-Account bob
        (Get-BackupAccount -Missing).Account | Should -Be $server.Bob
        $null = Start-SmartScan
        $operation = Get-BackupAccount -Missing | Restore-BackupAccount
        $operation.State | Should -Be 'Completed'
        $scan = Start-SmartScan
        $scan.Added + $scan.Updated + $scan.Deleted | Should -Be 0
        $after = Get-BackupAccount $server.Bob
        $after.AccountId | Should -Be $before.AccountId
        $after.Deleted | Should -BeFalse
        @(Get-BackupItem $server.Bob).Id.Value | Should -Be $items
        Get-BackupAccount -Missing | Should -BeNullOrEmpty
    }

    It 'completes accounts' {
        (Get-Completion 'Restore-BackupAccount al').CompletionText | Should -Be 'alice@example.com'
    }
}

Describe 'Restore-Item of an operation' {
    It 'repeats just what was not restored' {
        $bundle = (Get-ChildItem (Join-Path $server.Path 'items') -Recurse -File)[0]
        $item = @(Get-BackupItem $server.Alice -Type Message)[0]
        Move-Item $bundle "$($bundle.FullName).away"
        $operation = $item | Restore-Item -Folder Again -ErrorAction SilentlyContinue
        Move-Item "$($bundle.FullName).away" $bundle
        $operation.State | Should -Be 'CompletedWithErrors'
        $operation.Troubles[0].Category | Should -Be 'ReadError'
        $operation.UnrestoredItems[0].Account | Should -Be $server.Alice
        $operation.UnrestoredItems[0].Ids | Should -Be "$($item.Id)"

        $again = Get-BackupOperation $operation.Id | Restore-Item
        $again.Restored | Should -Be 1
        $null = Get-BackupOperation $again.Id | Restore-Item -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'NothingToRestore,MailBackup.Cmdlets.RestoreItemCommand'
    }
}
