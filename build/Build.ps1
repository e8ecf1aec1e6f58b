<# .SYNOPSIS Assembles out/MailBackup. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

dotnet build (Join-Path $Root 'build' 'Module.proj') --nologo -v minimal "-p:Configuration=$Configuration" "-p:ModuleRuntime=$Runtime"
