<# .SYNOPSIS Compiles the help (Markdown in docs/) into out/MailBackup again; Build has done it once. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

dotnet build (Join-Path $Root 'build' 'Module.proj') -t:Help --nologo -v minimal "-p:Configuration=$Configuration" "-p:ModuleRuntime=$Runtime"
