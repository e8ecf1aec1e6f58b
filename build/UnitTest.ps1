<# .SYNOPSIS Runs the unit tests of the engine and the command. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

dotnet test (Join-Path $Root 'MailBackup.slnx') --nologo -c $Configuration
