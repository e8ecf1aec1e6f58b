<# .SYNOPSIS Compiles the help (Markdown in docs/cmdlets) into out/help, which Build puts into the module. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$project = Join-Path $Root 'build' 'help'
if (-not (Test-Path $project)) {
    Write-Warning 'There is no help compiler in build/help yet: the module is built without help.'
    return
}

$help = Join-Path $Out 'help'
Remove-Item $help -Recurse -Force -ErrorAction Ignore
dotnet run --project $project -c $Configuration -- (Join-Path $Root 'docs' 'cmdlets') $help
if (Test-Path $Module) {
    Copy-Item (Join-Path $help '*') $Module -Recurse -Force
}
