<# .SYNOPSIS Copies out/MailBackup into a module folder. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$version = (Import-PowerShellDataFile (Join-Path $Module 'MailBackup.psd1')).ModuleVersion
if (-not $Destination) {
    $Destination = Join-Path ([Environment]::GetFolderPath('LocalApplicationData')) 'powershell' 'Modules'
}

$folder = Join-Path $Destination 'MailBackup' $version
Remove-Item $folder -Recurse -Force -ErrorAction Ignore
$null = New-Item $folder -ItemType Directory -Force
Copy-Item (Join-Path $Module '*') $folder -Recurse
Write-Host "Installed in $folder"
