<#
.SYNOPSIS
    A restore drill: proves that last night's backup can be read back.
.DESCRIPTION
    Takes a sample of the backup, writes each item of it to a temporary folder with Export-BackupItem, as a restore would read it, and computes
    the SHA-256 of the file anew: it has to be the digest that the scan took from the server. Half of the sample is what the last scan has saved;
    the rest is drawn from everything. The mail server is not needed and not touched.

    The drill fails when an item does not come back as it was, and also when the last scan is too old, did not complete, or there is nothing to
    test: a backup that has not been made cannot be restored.

    Exit codes: 0 passed, 1 failed.
.PARAMETER Count
    How many items to test at most.
.PARAMETER MaximumAge
    How old the last scan may be. Default: 26 hours, for a scan every night.
.PARAMETER Account
    Only items of these accounts; wildcards.
.PARAMETER BackupPath
    The backup path. Default: that of the session or MAILBACKUP_PATH.
.EXAMPLE
    ./Test-LastBackup.ps1 -BackupPath /srv/backup

    BackupPath : /srv/backup
    LastScan   : 2026-11-21 02:00:04
    Tested     : 44
    Bytes      : 97652
    Failed     : 0
    Passed     : True
.EXAMPLE
    ./Test-LastBackup.ps1 -Count 5000 -MaximumAge 2.00:00:00 || logger -p user.err 'MailBackup: restore drill failed'

    A larger drill; its failure goes to the system's log.
#>
#Requires -Version 7.6
#Requires -Modules MailBackup
[CmdletBinding()]
param(
    [ValidateRange(1, 1000000)] [int] $Count = 200,
    [timespan] $MaximumAge = [timespan]::FromHours(26),
    [SupportsWildcards()] [string[]] $Account,
    [string] $BackupPath
)

$where = if ($BackupPath) { @{ BackupPath = $BackupPath } } else { @{} }
$of = if ($Account) { @{ Account = $Account } } else { @{} }
$reasons = [Collections.Generic.List[string]]::new()

function Select-Sample([int] $Size) {
    # A fair sample of a list of any length, with room for no more than the sample.
    begin { $sample = [Collections.Generic.List[object]]::new(); $seen = 0 }
    process {
        $seen++
        if ($sample.Count -lt $Size) { $sample.Add($_) }
        else {
            $place = Get-Random -Maximum $seen
            if ($place -lt $Size) { $sample[$place] = $_ }
        }
    }
    end { if ($sample.Count) { $sample | Get-Random -Shuffle } }
}

function Get-Digest([string] $File) {
    # As MailBackup writes it: base64 without padding, with a comma for the slash.
    $hash = [Convert]::FromHexString((Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash)
    [Convert]::ToBase64String($hash).TrimEnd('=').Replace('/', ',')
}

$folder = Join-Path ([IO.Path]::GetTempPath()) "mailbackup-drill-$([guid]::NewGuid())"
$tested = $bytes = 0
$last = $null
try {
    $last = Get-BackupOperation -History -Limit 1000 @where | Where-Object Kind -EQ SmartScan | Select-Object -First 1
    if (-not $last) { $reasons.Add('There has been no scan.') }
    elseif ($last.State -notin 'Completed', 'CompletedWithErrors') { $reasons.Add("The last scan ended as $($last.State).") }
    elseif ([DateTimeOffset]::Now - $last.Started -gt $MaximumAge) { $reasons.Add("The last scan is of $($last.Started.LocalDateTime).") }

    $recent = @()
    if ($last) { $recent = @(Get-BackupItem @where @of -After $last.Started | Where-Object Type -NE Folder | Select-Sample ([Math]::Max(1, $Count / 2))) }
    $others = @(Get-BackupItem @where @of | Where-Object Type -NE Folder | Select-Sample $Count)
    $chosen = [Collections.Generic.HashSet[string]]::new()
    $items = @($recent + $others | Where-Object { $chosen.Add("$($_.Account) $($_.Id)") } | Select-Object -First $Count)
    if (-not $items) { $reasons.Add('There is nothing to test.') }

    # Nobody else's business while it lies there.
    $null = [IO.Directory]::CreateDirectory($folder, [IO.UnixFileMode] 'UserRead, UserWrite, UserExecute')
    foreach ($item in $items) {
        $tested++
        Write-Progress 'Restore drill' "$($item.Account) $($item.Id)" -PercentComplete (100 * $tested / $items.Count)
        $file = $item | Export-BackupItem -Destination $folder -PassThru -ErrorAction SilentlyContinue -ErrorVariable failure
        if (-not $file) { $reasons.Add("$($item.Account) $($item.Id): $($failure[0])"); continue }
        $bytes += $file.Length
        if ((Get-Digest $file.FullName) -cne "$($item.Digest)") { $reasons.Add("$($item.Account) $($item.Id): the content is not what was saved.") }
        [IO.File]::Delete($file.FullName)
    }
}
catch {
    $reasons.Add("$_")
}
finally {
    Write-Progress 'Restore drill' -Completed
    if (Test-Path -LiteralPath $folder) { Remove-Item -LiteralPath $folder -Recurse -Force }
}

[pscustomobject]@{
    BackupPath = if ($last) { $last.BackupPath } else { $BackupPath }
    LastScan   = $last.Started.LocalDateTime
    Tested     = $tested
    Bytes      = $bytes
    Failed     = $reasons.Count
    Passed     = $reasons.Count -eq 0
}
$reasons | ForEach-Object { Write-Error $_ -ErrorId RestoreDrillFailed }
exit [int] ($reasons.Count -gt 0)
