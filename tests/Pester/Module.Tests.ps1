BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $pwsh = (Get-Process -Id $PID).Path
    $module = Get-Module MailBackup

    function Invoke-Pwsh([string] $Script) {
        & $pwsh -NoProfile -NonInteractive -Command $Script
    }
}

Describe 'The module' {
    It 'has a valid manifest' {
        # Not Test-ModuleManifest: it wants to see the file of the RootModule beside it, and that this one is elsewhere is the point.
        $manifest = Import-PowerShellDataFile $ModulePath
        $manifest.PowerShellVersion | Should -Be '7.6'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $module.Version | Should -Be $manifest.ModuleVersion
        $module.Guid | Should -Be $manifest.GUID
        foreach ($file in $manifest.NestedModules + $manifest.FormatsToProcess) {
            Join-Path (Split-Path $ModulePath) $file | Should -Exist
        }
    }

    It 'is found in a module folder and loads by itself when a cmdlet is named' {
        $folder = Join-Path $TestDrive 'modules' 'MailBackup' $module.Version
        $null = New-Item $folder -ItemType Directory
        Copy-Item (Join-Path (Split-Path $ModulePath) '*') $folder -Recurse
        $said = Invoke-Pwsh "`$env:PSModulePath = '$TestDrive/modules'; (Get-Module -ListAvailable MailBackup).ExportedCmdlets.Count; `$env:MAILBACKUP_PATH = '/none'; (Get-BackupPath).Path"
        $said | Should -Be @("$($module.ExportedCmdlets.Count)", '/none')
    }

    It 'exports every cmdlet that it has, and nothing else' {
        $types = (Get-Command Get-BackupItem).ImplementingType.Assembly.GetExportedTypes()
        $cmdlets = $types | Where-Object { -not $_.IsAbstract } |
            ForEach-Object { $_.GetCustomAttributes([Management.Automation.CmdletAttribute], $false) } |
            ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object
        $manifest = Import-PowerShellDataFile $ModulePath
        $manifest.CmdletsToExport | Sort-Object | Should -Be $cmdlets
        $module.ExportedCmdlets.Keys | Sort-Object | Should -Be $cmdlets
        $module.ExportedFunctions.Count + $module.ExportedAliases.Count + $module.ExportedVariables.Count | Should -Be 0
    }

    It 'uses approved verbs' {
        $verbs = (Get-Verb).Verb
        $module.ExportedCmdlets.Values.Verb | Select-Object -Unique | Should -BeIn $verbs
    }

    It 'declares what each cmdlet returns' {
        $module.ExportedCmdlets.Values | Where-Object { -not $_.OutputType } | Should -BeNullOrEmpty
    }

    It 'asks before every change' {
        $asking = $module.ExportedCmdlets.Values | Where-Object { $_.Parameters.ContainsKey('WhatIf') }
        $changing = $module.ExportedCmdlets.Values | Where-Object Verb -In 'Set', 'Start', 'Stop', 'Restore', 'Export', 'Remove'
        $changing.Name | Should -BeIn $asking.Name
    }

    It 'has a test file for every cmdlet' {
        $tested = (Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1 | Get-Content -Raw) -join "`n"
        foreach ($name in $module.ExportedCmdlets.Keys) {
            $tested | Should -Match "(?m)^Describe '.*$name" -Because "$name has to be tested"
        }
    }

    It 'keeps its dependencies to itself' {
        $default = [Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.ForEach({ $_.GetName().Name })
        $default | Should -Not -Contain 'MailBackup.Cmdlets'
        $default | Should -Not -Contain 'MailBackup.Engine'
        (Get-ChildItem (Split-Path $ModulePath) -Filter *.dll).Name | Should -Be 'MailBackup.Loader.dll'
    }

    It 'works beside other versions of its dependencies that were loaded first' {
        # Assemblies of the same names that have nothing in them: whoever took a type from them would fail.
        $script = @"
            `$ErrorActionPreference = 'Stop'
            foreach (`$name in 'Microsoft.Data.Sqlite', 'SQLitePCLRaw.core', 'SQLitePCLRaw.batteries_v2', 'SQLitePCLRaw.provider.e_sqlite3', 'MailBackup.Engine') {
                `$file = Join-Path '$TestDrive' "`$name.dll"
                `$builder = [Reflection.Emit.PersistedAssemblyBuilder]::new("`$name, Version=99.0.0.0", [object].Assembly)
                `$null = `$builder.DefineDynamicModule(`$name)
                `$builder.Save(`$file)
                `$null = [Reflection.Assembly]::LoadFrom(`$file)
            }
            `$env:MAILBACKUP_HOME = '$TestDrive/home'
            Import-Module '$ModulePath'
            Set-BackupPath '$TestDrive/backup'
            Set-BackupSource '$PSScriptRoot/../../samples/maildir' -Ldif '$PSScriptRoot/../../samples/directory.ldif'
            `$null = Start-SmartScan
            @(Get-BackupItem -Type Message).Count
            [AppDomain]::CurrentDomain.GetAssemblies().Where({ `$_.GetName().Name -eq 'SQLitePCLRaw.core' }).Count
"@
        $count, $copies = Invoke-Pwsh $script
        [int] $count | Should -BeGreaterThan 20
        [int] $copies | Should -Be 2
    }

    It 'can be imported again with -Force, and removed and imported' {
        $script = @"
            `$ErrorActionPreference = 'Stop'
            `$env:MAILBACKUP_PATH = '$TestDrive/none'
            Import-Module '$ModulePath'
            Import-Module '$ModulePath' -Force
            (Get-BackupPath).Origin
            Remove-Module MailBackup
            Import-Module '$ModulePath'
            (Get-BackupPath).Origin
"@
        Invoke-Pwsh $script | Should -Be @('Environment', 'Environment')
    }

    It 'works in the runspaces of ForEach-Object -Parallel' {
        $counts = 1..3 | ForEach-Object -Parallel { Import-Module $using:ModulePath; (Get-Command -Module MailBackup).Count } -ThrottleLimit 3
        $counts | Select-Object -Unique | Should -Be $module.ExportedCmdlets.Count
    }

    It 'imports quickly' {
        # Printed, not judged: a test machine may be busy.
        $times = 1..5 | ForEach-Object {
            [pscustomobject]@{
                Bare   = (Measure-Command { Invoke-Pwsh '0' }).TotalMilliseconds
                Import = (Measure-Command { Invoke-Pwsh "Import-Module '$ModulePath'; 0" }).TotalMilliseconds
            }
        }
        $bare = ($times.Bare | Sort-Object)[2]
        $import = ($times.Import | Sort-Object)[2]
        Write-Host ('    Import-Module: {0:N0} ms over a bare start of {1:N0} ms (medians of 5)' -f ($import - $bare), $bare)
        $import | Should -BeGreaterThan 0
    }
}
