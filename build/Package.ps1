<# .SYNOPSIS Packs out/MailBackup as a .nupkg for a PowerShell repository and as a .zip for a module folder. #>
[CmdletBinding()]
param($Root, $Out, $Module, $Configuration, $Runtime, $Destination)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$manifest = Import-PowerShellDataFile (Join-Path $Module 'MailBackup.psd1')
$version = $manifest.ModuleVersion
$data = $manifest.PrivateData.PSData
$cmdlets = $manifest.CmdletsToExport

# What Find-PSResource and the gallery search for.
$tags = @('PSModule', 'PSIncludes_Cmdlet') + $data.Tags + ($cmdlets | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })
$escape = { [Security.SecurityElement]::Escape($args[0]) }
$work = Join-Path $Out 'package'
Remove-Item $work -Recurse -Force -ErrorAction Ignore
$null = New-Item $work -ItemType Directory -Force
Set-Content (Join-Path $work 'MailBackup.nuspec') @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>MailBackup</id>
    <version>$version</version>
    <authors>$(& $escape $manifest.Author)</authors>
    <description>$(& $escape $manifest.Description)</description>
    <copyright>$(& $escape $manifest.Copyright)</copyright>
    <license type="expression">MIT</license>
    <releaseNotes>$(& $escape $data.ReleaseNotes)</releaseNotes>
    <tags>$(& $escape ($tags -join ' '))</tags>
  </metadata>
  <files>
    <file src="**/*" target="" />
  </files>
</package>
"@

# A project without sources: dotnet pack wants one to hang the nuspec on.
Set-Content (Join-Path $work 'Package.csproj') @"
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <IncludeBuildOutput>false</IncludeBuildOutput>
    <NoBuild>true</NoBuild>
    <NoDefaultExcludes>true</NoDefaultExcludes>
    <NuspecFile>MailBackup.nuspec</NuspecFile>
    <NuspecBasePath>$Module</NuspecBasePath>
    <!-- A module has no lib folder, and its assemblies lie where PowerShell looks. -->
    <NoWarn>`$(NoWarn);NU5100;NU5128;NU5129</NoWarn>
  </PropertyGroup>
</Project>
"@
dotnet pack (Join-Path $work 'Package.csproj') --nologo -v quiet -o $Out

# Unpacked into a folder of PSModulePath, it is an installed module.
$folder = Join-Path $work 'zip' 'MailBackup' $version
$null = New-Item $folder -ItemType Directory -Force
Copy-Item (Join-Path $Module '*') $folder -Recurse
$zip = Join-Path $Out "MailBackup.$version-$Runtime.zip"
Remove-Item $zip -Force -ErrorAction Ignore
[IO.Compression.ZipFile]::CreateFromDirectory((Join-Path $work 'zip'), $zip)
Remove-Item $work -Recurse -Force
Get-Item $zip, (Join-Path $Out "MailBackup.$version.nupkg") | ForEach-Object { Write-Host "$($_.FullName), $('{0:N1}' -f ($_.Length / 1MB)) MB" }
