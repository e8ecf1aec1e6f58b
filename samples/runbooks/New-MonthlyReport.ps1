<#
.SYNOPSIS
    Reports a month: accounts, items, growth, and operations that failed.
.DESCRIPTION
    Returns an object and, with -Path, writes it to a file: HTML where the name ends in .html, else Markdown. Numbers of items and bytes are those
    of the living items at the end of the month; growth is the difference to its beginning.
.PARAMETER Month
    Any date in the month. Default: the month before this one.
.PARAMETER Path
    The file to write.
.PARAMETER BackupPath
    The backup path. Default: that of the session or MAILBACKUP_PATH.
.EXAMPLE
    ./New-MonthlyReport.ps1 -Path /srv/reports/last-month.html

    The report of the month before this one as a web page.
.EXAMPLE
    (./New-MonthlyReport.ps1 -Month '2026-11-01').Accounts | Sort-Object Growth -Descending | Select-Object -First 10

    The ten accounts that grew most in November.
#>
#Requires -Version 7.6
#Requires -Modules MailBackup
[CmdletBinding()]
param(
    [datetime] $Month = (Get-Date).AddMonths(-1),
    [string] $Path,
    [string] $BackupPath
)

$ErrorActionPreference = 'Stop'
$where = if ($BackupPath) { @{ BackupPath = $BackupPath } } else { @{} }
$first = [DateTimeOffset] [datetime]::new($Month.Year, $Month.Month, 1)
$next = [DateTimeOffset] [datetime]::new($Month.Year, $Month.Month, 1).AddMonths(1)

function ConvertTo-Table([object[]] $Rows, [string[]] $Properties) {
    # Names come from outside: they may neither end a cell nor bring mark-up of their own.
    $cell = { [Net.WebUtility]::HtmlEncode("$($args[0])".ReplaceLineEndings(' ')).Replace('|', '&#124;') }
    "| $($Properties -join ' | ') |"
    "|$(' --- |' * $Properties.Count)"
    foreach ($row in $Rows) { "| $(($Properties | ForEach-Object { & $cell $row.$_ }) -join ' | ') |" }
    ''
}

$before = @{}
Get-BackupAccount -At $first -Statistics @where | ForEach-Object { $before[$_.Account] = $_ }
$accounts = @(Get-BackupAccount -At $next.AddTicks(-1) -Statistics @where | ForEach-Object {
        [pscustomobject]@{
            Account = $_.Account
            Deleted = $_.Deleted
            Items   = $_.Items
            Added   = $_.Items - $before[$_.Account].Items
            Bytes   = $_.Bytes
            Growth  = $_.Bytes - $before[$_.Account].Bytes
        }
    })
$operations = @(Get-BackupOperation -History -Limit ([int]::MaxValue) @where | Where-Object { $_.Ended -ge $first -and $_.Ended -lt $next })
$report = [pscustomobject]@{
    Month       = $first.ToString('yyyy-MM')
    BackupPath  = (Get-BackupInfo @where).Path
    Items       = [long] ($accounts | Measure-Object Items -Sum).Sum
    Bytes       = [long] ($accounts | Measure-Object Bytes -Sum).Sum
    Growth      = [long] ($accounts | Measure-Object Growth -Sum).Sum
    BytesStored = [long] ($operations | Measure-Object BytesStored -Sum).Sum
    Restored    = [long] ($operations | Measure-Object Restored -Sum).Sum
    Operations  = $operations.Count
    Failed      = @($operations | Where-Object { $_.State -ne 'Completed' })
    Accounts    = $accounts
}

if ($Path) {
    $rows = $accounts | Select-Object Account, Items, Added, @{ n = 'Size (MB)'; e = { '{0:N1}' -f ($_.Bytes / 1MB) } }, @{ n = 'Growth (MB)'; e = { '{0:N1}' -f ($_.Growth / 1MB) } }
    $failed = $report.Failed | Select-Object @{ n = 'Ended'; e = { $_.Ended.LocalDateTime.ToString('yyyy-MM-dd HH:mm') } }, Kind, State, Errors, Result
    $text = @(
        "# Mail backup, $($report.Month)"
        ''
        "- Backup path: $($report.BackupPath)"
        "- Accounts: $($accounts.Count)"
        '- Items: {0:N0}, {1:N1} MB, grown by {2:N1} MB' -f $report.Items, ($report.Bytes / 1MB), ($report.Growth / 1MB)
        '- The backup has grown by {0:N1} MB' -f ($report.BytesStored / 1MB)
        '- Operations: {0:N0}, {1:N0} not completed; {2:N0} items restored' -f $report.Operations, $report.Failed.Count, $report.Restored
        ''
        '## Accounts'
        ''
        ConvertTo-Table $rows 'Account', 'Items', 'Added', 'Size (MB)', 'Growth (MB)'
        if ($failed) {
            '## Operations that did not complete'
            ''
            ConvertTo-Table $failed 'Ended', 'Kind', 'State', 'Errors', 'Result'
        }
    ) -join "`n"
    if ($Path -like '*.htm*') {
        $style = 'body{font-family:sans-serif;max-width:60em;margin:2em auto}td,th{padding:.2em .8em;text-align:left;border-bottom:1px solid #ccc}'
        $body = ($text | ConvertFrom-Markdown).Html
        $text = "<!doctype html><html><head><meta charset=`"utf-8`"><title>Mail backup, $($report.Month)</title><style>$style</style></head><body>$body</body></html>"
    }

    Set-Content -LiteralPath $Path -Value $text -NoNewline
}

$report
