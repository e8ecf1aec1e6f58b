BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    Copy-Item $server.Path (Join-Path $TestDrive 'copy') -Recurse

    function Edit-Bundle {
        $bundle = Get-ChildItem (Join-Path $server.Path 'items') -Recurse -File -Filter *.gz | Select-Object -First 1
        $bytes = [IO.File]::ReadAllBytes($bundle)
        $bytes[$bytes.Length - 20] = $bytes[$bytes.Length - 20] -bxor 0xff
        [IO.File]::WriteAllBytes($bundle, $bytes)
    }
}

Describe 'Repair-Backup' {
    It 'asks first and does nothing with -WhatIf' {
        Edit-Bundle
        Repair-Backup -WhatIf | Should -BeNullOrEmpty
        (Invoke-CoherencyCheck -ErrorAction SilentlyContinue).Errors | Should -BeGreaterThan 0
        (Get-Command Repair-Backup).ScriptBlock | Should -BeNullOrEmpty
        [MailBackup.Cmdlets.RepairBackupCommand].GetCustomAttributes($true).Where{ $_ -is [Management.Automation.CmdletAttribute] }.ConfirmImpact | Should -Be 'High'
    }

    It 'fetches damaged content again from the server' {
        $repair = Repair-Backup -Confirm:$false
        $repair.Kind | Should -Be 'Repair'
        $repair.Fetched | Should -BeGreaterThan 0
        $repair.Lost | Should -Be 0
        (Invoke-CoherencyCheck).Errors | Should -Be 0
    }

    It 'takes content from a copy when the server is not asked' {
        Edit-Bundle
        $repair = Repair-Backup (Join-Path $TestDrive 'copy') -NoSource -Confirm:$false
        $repair.Fetched | Should -BeGreaterThan 0
        (Invoke-CoherencyCheck).Errors | Should -Be 0
    }

    It 'refuses a copy that is none' {
        { Repair-Backup $TestDrive -Confirm:$false } | Should -Throw -ErrorId 'BackupPathNotInitialized,MailBackup.Cmdlets.RepairBackupCommand'
    }

    It 'takes the backup path from the pipeline' {
        @([pscustomobject]@{ BackupPath = $server.Path } | Repair-Backup -Confirm:$false).Count | Should -Be 1
    }
}
