BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Invoke-CoherencyCheck' {
    It 'finds nothing wrong with a good backup' {
        $check = Invoke-CoherencyCheck
        $check.State | Should -Be 'Completed'
        $check.Checked | Should -BeGreaterThan 80
        $check.Errors | Should -Be 0
    }

    It 'does nothing with -WhatIf' {
        $before = @(Get-BackupOperation -History).Count
        Invoke-CoherencyCheck -WhatIf | Should -BeNullOrEmpty
        @(Get-BackupOperation -History).Count | Should -Be $before
    }

    It 'takes accounts from the pipeline' {
        $check = Get-BackupAccount *@example.org | Invoke-CoherencyCheck
        @($check).Count | Should -Be 1
        $check.Checked | Should -BeLessThan (Invoke-CoherencyCheck).Checked
    }

    It 'checks nothing when wildcards match nothing' {
        Invoke-CoherencyCheck *@nowhere -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed[0].FullyQualifiedErrorId | Should -Be 'AccountNotFound,MailBackup.Cmdlets.InvokeCoherencyCheckCommand'
    }

    It 'takes a sample as a number or as per cent' {
        (Invoke-CoherencyCheck -Sample 5%).BytesRead | Should -BeLessThan (Invoke-CoherencyCheck).BytesRead
        (Invoke-CoherencyCheck -Sample 5).Errors | Should -Be 0
        { Invoke-CoherencyCheck -Sample 101 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,MailBackup.Cmdlets.InvokeCoherencyCheckCommand'
    }

    It 'finds that server and backup are the same' {
        (Invoke-CoherencyCheck -CompareSource -ReadData).Errors | Should -Be 0
    }

    It 'quarantines nothing with -WhatIf' {
        Invoke-CoherencyCheck -Quarantine -WhatIf | Should -BeNullOrEmpty
        (Invoke-CoherencyCheck -Quarantine).Quarantined | Should -Be 0
    }

    It 'tells each damaged content as an error' {
        $bundle = Get-ChildItem (Join-Path $server.Path 'items') -Recurse -File | Select-Object -First 1
        $bytes = [IO.File]::ReadAllBytes($bundle)
        $bytes[$bytes.Length - 20] = $bytes[$bytes.Length - 20] -bxor 0xff
        [IO.File]::WriteAllBytes($bundle, $bytes)
        $check = Invoke-CoherencyCheck -ErrorVariable failed -ErrorAction SilentlyContinue
        $check.State | Should -Be 'CompletedWithErrors'
        $failed.FullyQualifiedErrorId | Should -Contain 'BlobDamaged,MailBackup.Cmdlets.InvokeCoherencyCheckCommand'
    }

    It 'completes accounts' {
        (Get-Completion 'Invoke-CoherencyCheck ca').CompletionText | Should -Be 'carla@example.org'
    }
}
