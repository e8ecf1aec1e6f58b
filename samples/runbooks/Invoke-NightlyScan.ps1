<#
.SYNOPSIS
    Scans the mail server, and sends a mail when something failed.
.DESCRIPTION
    For cron or a systemd timer. Runs Start-SmartScan and returns its report. When the scan failed, or some items could not be read, a mail with
    the counts and every error goes to -To.

    Exit codes are those of the mailbackup command: 0 done, 1 done but some items failed, 3 failed. A mail that cannot be sent is an error of its
    own and makes 0 a 3, so that the scheduler shows it.
.PARAMETER SmtpServer
    The server that takes the mail.
.PARAMETER Port
    Its port.
.PARAMETER UseTls
    Use STARTTLS.
.PARAMETER Credential
    User and password for it, where it asks for them.
.PARAMETER From
    The sender.
.PARAMETER To
    The recipients.
.PARAMETER BackupPath
    The backup path. Default: that of the session or MAILBACKUP_PATH.
.PARAMETER Deep
    Compare everything; for one night of the week.
.PARAMETER SendAlways
    Send the mail when all went well, too.
.EXAMPLE
    ./Invoke-NightlyScan.ps1 -BackupPath /srv/backup -SmtpServer localhost -From backup@example.com -To admin@example.com

    In a crontab: 0 2 * * * pwsh -NoProfile -File /opt/runbooks/Invoke-NightlyScan.ps1 -BackupPath /srv/backup …
.EXAMPLE
    ./Invoke-NightlyScan.ps1 -SmtpServer mx1 -From backup@example.com -To admin@example.com -Deep -SendAlways

    Compares everything, and reports in any case.
#>
#Requires -Version 7.6
#Requires -Modules MailBackup
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $SmtpServer,
    [ValidateRange(1, 65535)] [int] $Port = 25,
    [switch] $UseTls,
    [pscredential] $Credential,
    [Parameter(Mandatory)] [string] $From,
    [Parameter(Mandatory)] [string[]] $To,
    [string] $BackupPath,
    [switch] $Deep,
    [switch] $SendAlways
)

function Send-Report([string] $Subject, [string] $Body) {
    $client = [Net.Mail.SmtpClient]::new($SmtpServer, $Port)
    $message = [Net.Mail.MailMessage]::new()
    try {
        $client.EnableSsl = $UseTls
        $client.Timeout = 30000
        if ($Credential) { $client.Credentials = $Credential.GetNetworkCredential() }
        $message.From = $From
        $To | ForEach-Object { $message.To.Add($_) }
        $message.Subject = $Subject
        $message.Body = $Body
        $message.SubjectEncoding = $message.BodyEncoding = [Text.Encoding]::UTF8
        $client.Send($message)
    }
    finally {
        $message.Dispose()
        $client.Dispose()
    }
}

$where = if ($BackupPath) { @{ BackupPath = $BackupPath } } else { @{} }
$scan = $null
try {
    # Not assigned: what is written before a terminating error would be lost with it.
    Start-SmartScan @where -Deep:$Deep -ErrorAction SilentlyContinue -ErrorVariable problems | ForEach-Object { $scan = $_ }
}
catch {
    $problems += @($_)
}

# The error variable has a terminating error twice: as it was written, and as it was thrown.
$lines = @($problems | ForEach-Object { "$_" } | Select-Object -Unique)
$code = if (-not $scan -or $scan.State -notin 'Completed', 'CompletedWithErrors') { 3 } elseif ($scan.Errors -or $lines) { 1 } else { 0 }
$scan

if ($code -or $SendAlways) {
    $outcome = switch ($code) { 0 { 'completed' } 1 { 'completed with errors' } default { 'FAILED' } }
    $body = @(
        "The scan of $([Net.Dns]::GetHostName()) $outcome."
        ''
        if ($scan) {
            'Started:  {0:yyyy-MM-dd HH:mm}, {1:hh\:mm\:ss}' -f $scan.Started.LocalDateTime, $scan.Duration
            'Items:    {0:N0} added, {1:N0} updated, {2:N0} deleted' -f $scan.Added, $scan.Updated, $scan.Deleted
            'Errors:   {0:N0}' -f $scan.Errors
            ''
        }
        $lines
        $scan.Warnings
    ) -join "`r`n"
    try {
        Send-Report "MailBackup on $([Net.Dns]::GetHostName()): scan $outcome" $body
    }
    catch {
        Write-Error "The report could not be sent to ${SmtpServer}:$Port. $($_.Exception.GetBaseException().Message)" -ErrorId ReportNotSent
        if (-not $code) { $code = 3 }
    }
}

exit $code
