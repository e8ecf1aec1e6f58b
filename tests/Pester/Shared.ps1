# What every test file needs: the built module, and a copy of the sample server with a backup path of its own.

$script:ModulePath = Join-Path $PSScriptRoot '..' '..' 'out' 'MailBackup' 'MailBackup.psd1'
if (-not (Test-Path $script:ModulePath)) {
    throw 'Build the module first: ./build.ps1 Build, or dotnet build build/Module.proj.'
}

Import-Module $script:ModulePath

function New-SampleServer {
    <# A server tree, its directory and a backup path in a folder; -Scanned with a first scan behind it. Sets the session's backup path. #>
    param([string] $Folder, [switch] $Scanned)

    $samples = Join-Path $PSScriptRoot '..' '..' 'samples'
    $server = [pscustomobject]@{
        Folder  = $Folder
        Maildir = Join-Path $Folder 'mail'
        Ldif    = Join-Path $Folder 'directory.ldif'
        Path    = Join-Path $Folder 'backup'
        Alice   = 'alice@example.com'
        Bob     = 'bob@example.com'
    }
    $null = New-Item $Folder -ItemType Directory -Force
    Copy-Item (Join-Path $samples 'maildir') $server.Maildir -Recurse
    Copy-Item (Join-Path $samples 'directory.ldif') $server.Ldif
    $env:MAILBACKUP_HOME = Join-Path $Folder 'home'
    $env:MAILBACKUP_PATH = $null
    Set-BackupPath $server.Path
    Set-BackupSource -Maildir $server.Maildir -Ldif $server.Ldif
    if ($Scanned) {
        $null = Start-SmartScan
    }

    $server
}

function Get-MailFile {
    <# The files of mails under a folder of the server whose content matches. #>
    param([string] $Folder, [string] $Text)

    Get-ChildItem $Folder -Recurse -File -Force | Where-Object { $_.Directory.Name -in 'cur', 'new' } | Where-Object { (Get-Content $_ -Raw) -match $Text }
}

function Add-Mail {
    param([string] $Maildir, [string] $Subject)

    $name = "$([DateTimeOffset]::UtcNow.ToUnixTimeSeconds()).M$(Get-Random)P1.mx:2,S"
    $folder = Join-Path $Maildir 'cur'
    $null = New-Item $folder -ItemType Directory -Force
    Set-Content (Join-Path $folder $name) "From: tester@example.com`nTo: alice@example.com`nSubject: $Subject`n`nBody of $Subject" -NoNewline
}

function Get-Completion {
    <# What the Tab key offers at the end of a command line. #>
    param([string] $Line)

    (TabExpansion2 $Line $Line.Length).CompletionMatches
}
