#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, packages and installs the MailBackup module.
.DESCRIPTION
    Runs the named tasks in the order given; each lies in build/<Task>.ps1. Without pwsh, `dotnet build build/Module.proj` assembles the same
    out/MailBackup.
.EXAMPLE
    ./build.ps1 Build, PesterTest
.EXAMPLE
    ./build.ps1 Clean, Build, Package -Runtime linux-arm64
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    # Clean, Build, Docs, Package, UnitTest, PesterTest, Install.
    [Parameter(Position = 0)]
    [ArgumentCompletions('Clean', 'Build', 'Docs', 'Package', 'UnitTest', 'PesterTest', 'Install')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # The .NET runtime identifier that the native parts and the ahead-of-time code are for.
    [string] $Runtime = 'linux-x64',

    # Where Install puts the module. Default: the user's own module folder.
    [string] $Destination
)

$ErrorActionPreference = 'Stop'
$context = @{
    Root          = $PSScriptRoot
    Out           = Join-Path $PSScriptRoot 'out'
    Module        = Join-Path $PSScriptRoot 'out' 'MailBackup'
    Configuration = $Configuration
    Runtime       = $Runtime
    Destination   = $Destination
}

# From another shell, pwsh gets a list as one word.
$names = $Task -split ',' | ForEach-Object Trim | Where-Object Length
$known = (Get-ChildItem (Join-Path $PSScriptRoot 'build') -Filter *.ps1).BaseName
foreach ($name in $names | Where-Object { $_ -notin $known }) {
    throw "There is no task $name. Tasks: $($known -join ', ')."
}

foreach ($name in $names) {
    Write-Host "== $name"
    & (Join-Path $PSScriptRoot 'build' "$name.ps1") @context
}
