<#
.SYNOPSIS
    Gives a user back what was deleted.
.DESCRIPTION
    Restores the items of an account that were deleted between two dates, each into the folder that it was in. Nothing on the server is
    overwritten, and what is there already is skipped, so that the script can be run again.

    What has been deleted since the last scan is not known to be deleted yet; -Scan scans the account first.

    Exit codes: 0 done or nothing to do, 1 some items could not be restored, 3 failed.
.PARAMETER Account
    The user's address.
.PARAMETER After
    Items that were deleted at this date or later. Default: within the last seven days.
.PARAMETER Before
    Items that were deleted before this date.
.PARAMETER Subject
    Only items whose subject is like this; wildcards.
.PARAMETER Folder
    Restore into this folder instead of the folders that the items were in.
.PARAMETER Scan
    Scan the account first.
.PARAMETER BackupPath
    The backup path. Default: that of the session or MAILBACKUP_PATH.
.EXAMPLE
    ./Restore-DeletedForUser.ps1 alice@example.com -Subject '*invoice*' -WhatIf

    Shows what would be restored of the last seven days.
.EXAMPLE
    ./Restore-DeletedForUser.ps1 alice@example.com -After '2026-11-01' -Folder 'Restored' -Scan

    Restores everything that was deleted since the first of November, until a moment ago, into one folder.
#>
#Requires -Version 7.6
#Requires -Modules MailBackup
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Account,
    [DateTimeOffset] $After = [DateTimeOffset]::Now.AddDays(-7),
    [DateTimeOffset] $Before = [DateTimeOffset]::MaxValue,
    [SupportsWildcards()] [string] $Subject = '*',
    [string] $Folder,
    [switch] $Scan,
    [string] $BackupPath
)

$where = if ($BackupPath) { @{ BackupPath = $BackupPath } } else { @{} }
$into = if ($Folder) { @{ Folder = $Folder } } else { @{} }
try {
    if ($Scan) {
        # Changes only the backup; with -WhatIf, too, the list has to be that of now.
        $scanned = Start-AccountScan $Account @where -WhatIf:$false
        if ($scanned.State -notin 'Completed', 'CompletedWithErrors') { exit 3 }
    }

    $items = @(Get-BackupItem $Account -Deleted -After $After @where -ErrorAction Stop | Where-Object { $_.Start -lt $Before -and $_.Subject -like $Subject })
    Write-Verbose "$($items.Count) deleted items."
    $operations = @($items | Restore-Item @into)
}
catch {
    Write-Error -ErrorRecord $_
    exit 3
}

$operations
exit $(if ($operations.State -eq 'Failed') { 3 } elseif ($operations.Where({ $_.State -ne 'Completed' })) { 1 } else { 0 })
