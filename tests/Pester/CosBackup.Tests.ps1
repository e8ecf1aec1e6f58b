BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $cos = (Get-CosBackup | Sort-Object Members -Descending | Select-Object -First 1).Cos
    $before = Get-Content $server.Ldif -Raw
}

Describe 'Enable-CosBackup, Disable-CosBackup and Get-CosBackup' {
    AfterEach {
        Set-Content $server.Ldif $before -NoNewline
    }

    It 'lists them with their accounts' {
        $all = Get-CosBackup
        $all.Enabled | Should -Not -Contain $false
        ($all | Measure-Object Members -Sum).Sum | Should -BeGreaterThan 0
        (Get-CosBackup $cos).BackupPath | Should -Be $server.Path
        ($all | Out-String -Width 100) | Should -Match 'COS\s+Enabled\s+Members\s+Notes'
    }

    It 'takes one out of the backup and in again, and leaves the directory as it was' {
        (Disable-CosBackup $cos -Confirm:$false -PassThru).Enabled | Should -BeFalse
        Get-Content $server.Ldif -Raw | Should -BeLike '*${ZxBackup_Disabled}*'
        $operation = Start-SmartScan -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike "*COS '$cos' is disabled for backup*"
        $operation.State | Should -Be 'Completed'
        @(Get-BackupAccount -NotDeleted).Count | Should -BeLessThan @(Get-BackupAccount).Count

        Enable-CosBackup $cos
        Get-Content $server.Ldif -Raw | Should -Be $before
        $null = Start-SmartScan
        @(Get-BackupAccount -NotDeleted).Count | Should -Be @(Get-BackupAccount).Count
    }

    It 'takes names by value and by property name, and wildcards' {
        $cos | Disable-CosBackup -Confirm:$false
        Get-CosBackup | Where-Object Enabled -EQ $false | Enable-CosBackup
        (Get-CosBackup '*').Enabled | Should -Not -Contain $false
    }

    It 'changes nothing with -WhatIf' {
        Disable-CosBackup * -WhatIf
        Get-Content $server.Ldif -Raw | Should -Be $before
    }

    It 'asks before it takes one out' {
        (Get-Command Disable-CosBackup).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
    }

    It 'reports one that is not there' {
        Get-CosBackup 'nothing' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'CosNotFound,MailBackup.Cmdlets.GetCosBackupCommand'
        Disable-CosBackup 'nothing' -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'CosNotFound,MailBackup.Cmdlets.DisableCosBackupCommand'
    }

    It 'says so when there is no directory' {
        $bare = Join-Path $TestDrive 'bare'
        $null = New-Item (Join-Path $TestDrive 'tree') -ItemType Directory
        $session = (Get-BackupPath).Path
        Set-BackupPath $bare
        try {
            Set-BackupSource -Maildir (Join-Path $TestDrive 'tree')
            { Get-CosBackup } | Should -Throw -ErrorId 'DirectoryNotSet,*'
        } finally {
            Set-BackupPath $session
        }
    }

    It 'completes names' {
        (Get-Completion 'Disable-CosBackup ').CompletionText | Should -Contain $cos
    }
}
