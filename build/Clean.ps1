<# .SYNOPSIS Removes everything that was built for the module. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

Remove-Item $Out -Recurse -Force -ErrorAction Ignore
