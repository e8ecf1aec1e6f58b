BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
    Start-SmartScan | Out-Null
    Get-MailFile $server.Maildir 'Lunch on Friday' | Remove-Item
    Start-SmartScan | Out-Null
    $gone = @(Get-BackupItem -Deleted)
}

Describe 'Invoke-BackupPurge' {
    It 'says with -WhatIf what would go, and removes nothing' {
        $plan = Invoke-BackupPurge -DeletedBefore (Get-Date) -WhatIf
        $plan.Items | Should -Be $gone.Count
        $plan.JournalBytes | Should -BeGreaterThan 0
        @(Get-BackupItem -Deleted).Count | Should -Be $gone.Count
    }

    It 'keeps what is within its retention' {
        (Invoke-BackupPurge -Confirm:$false).Deleted | Should -Be 0
        @(Get-BackupItem -Deleted).Count | Should -Be $gone.Count
    }

    It 'ends at once when deleted items are kept for ever' {
        $purge = Invoke-BackupPurge -RetentionDays 0 -Confirm:$false -WarningVariable said -WarningAction SilentlyContinue
        $purge.State | Should -Be Completed
        "$said" | Should -Match 'for ever'
    }

    It 'asks before it begins' {
        (Get-Command Invoke-BackupPurge).Parameters.Keys | Should -Contain 'Confirm'
        $info = [MailBackup.Cmdlets.InvokeBackupPurgeCommand].GetCustomAttributes($false) | Where-Object { $_ -is [Management.Automation.CmdletAttribute] }
        $info.ConfirmImpact | Should -Be High
    }

    It 'refuses a moment that is yet to come' {
        { Invoke-BackupPurge -DeletedBefore (Get-Date).AddDays(1) -Confirm:$false } | Should -Throw -ErrorId 'ArgumentInvalid,*'
    }

    It 'removes what was deleted, and nothing else' {
        $living = @(Get-BackupItem).Count
        $purge = Invoke-BackupPurge -DeletedBefore (Get-Date) -Confirm:$false
        $purge.State | Should -Be Completed
        $purge.Deleted | Should -Be $gone.Count
        $purge.Result | Should -Be "$($gone.Count) purged"
        Get-BackupItem -Deleted | Should -BeNullOrEmpty
        @(Get-BackupItem).Count | Should -Be $living
        (Invoke-CoherencyCheck).Errors | Should -Be 0
        (Start-SmartScan).Result | Should -Be 'nothing to do'
    }

    It 'takes a backup path by property name' {
        (Get-BackupPath | Invoke-BackupPurge -Confirm:$false).State | Should -Be Completed
    }
}
