<# .SYNOPSIS Runs the Pester suite against out/MailBackup. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

if (-not (Get-Module -ListAvailable Pester | Where-Object Version -ge 5.5)) {
    throw 'Pester 5.5 or later is needed: Install-PSResource Pester.'
}

# In a process of its own: assemblies of a module cannot be unloaded, and the next build wants to replace them.
$results = Join-Path $Out 'pester.xml'
$script = @"
`$ErrorActionPreference = 'Stop'
`$configuration = New-PesterConfiguration
`$configuration.Run.Path = '$(Join-Path $Root 'tests' 'Pester')'
`$configuration.Run.Exit = `$true
`$configuration.Output.Verbosity = 'Normal'
`$configuration.TestResult.Enabled = `$true
`$configuration.TestResult.OutputPath = '$results'
Invoke-Pester -Configuration `$configuration
"@
& (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script
