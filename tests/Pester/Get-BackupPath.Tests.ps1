BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $env:MAILBACKUP_HOME = Join-Path $TestDrive 'home'

    # A runspace of its own has no path yet.
    function Invoke-Fresh([string] $Script) {
        $shell = [powershell]::Create()
        try {
            $shell.AddScript("Import-Module '$ModulePath'; $Script").Invoke()
            $script:failure = $shell.Streams.Error | Select-Object -First 1
        } finally { $shell.Dispose() }
    }
}

Describe 'Get-BackupPath' {
    It 'says that none is set' {
        $env:MAILBACKUP_PATH = $null
        Invoke-Fresh 'Get-BackupPath' | Should -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -Be 'BackupPathNotSet,MailBackup.Cmdlets.GetBackupPathCommand'
    }

    It 'takes the environment variable when the session has none' {
        $env:MAILBACKUP_PATH = Join-Path $TestDrive 'fromenv'
        try {
            $path = Invoke-Fresh 'Get-BackupPath'
            $path.Path | Should -Be $env:MAILBACKUP_PATH
            $path.Origin | Should -Be 'Environment'
            $path.Initialized | Should -BeFalse
        } finally { $env:MAILBACKUP_PATH = $null }
    }

    It 'is apart for each runspace' {
        Set-BackupPath (Join-Path $TestDrive 'here')
        $other = Invoke-Fresh "Set-BackupPath '$(Join-Path $TestDrive 'there')' -PassThru"
        $other.Path | Should -Be (Join-Path $TestDrive 'there')
        (Get-BackupPath).Path | Should -Be (Join-Path $TestDrive 'here')
        (Get-BackupPath).Origin | Should -Be 'Session'
    }
}
