BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $map = Join-Path $TestDrive 'names.txt'
    Set-Content $map "# old and new`nrobert@old.example.net => bob@example.com"
    $wrong = Join-Path $TestDrive 'wrong.txt'
    Set-Content $wrong 'one two three'
}

Describe 'Test-BackupShare' {
    It 'says that a Maildir tree has no access lists' {
        { Test-BackupShare -ErrorAction Stop } | Should -Throw -ErrorId 'SharesUnsupported,*' -ExpectedMessage '*not supported by this source*'
        { Get-BackupAccount $server.Alice | Test-BackupShare -All -ErrorAction Stop } | Should -Throw -ErrorId 'SharesUnsupported,*'
    }

    It 'looks at no account for a pattern that nobody answers to' {
        Test-BackupShare 'nobody*' | Should -BeNullOrEmpty
    }

    It 'completes accounts and has a view that fits' {
        (Get-Completion 'Test-BackupShare ali').CompletionText | Should -Contain $server.Alice
        $view = Get-FormatData MailBackup.Model.ShareInfo
        ($view.FormatViewDefinition.Control.Headers.Width | Measure-Object -Sum).Sum | Should -BeLessThan 90
    }
}

Describe 'Repair-BackupShare' {
    It 'needs a map and says what is wrong with it before anything else' {
        (Get-Command Repair-BackupShare).Parameters['IdMap'].Attributes.Mandatory | Should -Contain $true
        $done = Repair-BackupShare $wrong -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $done.State | Should -Be 'Failed'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'IdMapInvalid,*'
        $null = Repair-BackupShare (Join-Path $TestDrive 'nothing.txt') -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'IdMapInvalid,*'
    }

    It 'is an operation where -WhatIf is said to be off' {
        (Repair-BackupShare $wrong -WhatIf:$false -Confirm:$false -ErrorAction SilentlyContinue).State | Should -Be 'Failed'
    }

    It 'changes nothing with -WhatIf, and says why it could not' {
        $before = @(Get-BackupOperation -History).Count
        { Repair-BackupShare $wrong -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'IdMapInvalid,*'
        { Repair-BackupShare $map -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'SharesUnsupported,*'
        @(Get-BackupOperation -History).Count | Should -Be $before
    }

    It 'is an operation that fails clearly on a source without access lists' {
        $done = Get-BackupAccount $server.Alice, $server.Bob | Repair-BackupShare $map -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $done.Kind | Should -Be 'ShareRepair'
        $done.State | Should -Be 'Failed'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'SharesUnsupported,*'
    }

    It 'asks before it changes, and completes accounts' {
        (Get-Command Repair-BackupShare).ScriptBlock | Should -BeNullOrEmpty
        [MailBackup.Cmdlets.RepairBackupShareCommand].GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be 'High'
        (Get-Completion "Repair-BackupShare names.txt ali").CompletionText | Should -Contain $server.Alice
    }
}
