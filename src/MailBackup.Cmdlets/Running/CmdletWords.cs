using System.Text.RegularExpressions;

namespace MailBackup.Cmdlets.Running;

/// <summary>
/// The engine's advice names the <c>mailbackup</c> command and its options; whoever sits at a PowerShell prompt is told the cmdlet and its
/// parameters instead.
/// </summary>
internal static partial class CmdletWords
{
    private static readonly Dictionary<string, string> Commands = new(StringComparer.Ordinal)
    {
        ["init"] = "Set-BackupPath",
        ["scan"] = "Start-SmartScan",
        ["accounts"] = "Get-BackupAccount",
        ["items"] = "Get-BackupItem",
        ["search"] = "Search-BackupItem",
        ["index"] = "Update-BackupSearchIndex",
        ["history"] = "Get-BackupItem -History",
        ["export"] = "Export-BackupItem",
        ["restore"] = "Restore-Item",
        ["undelete"] = "Restore-DeletedItem",
        ["restore-account"] = "Restore-BackupAccount",
        ["export-backup"] = "Export-Backup",
        ["restore-backup"] = "Restore-Backup",
        ["cos"] = "Get-CosBackup",
        ["operations"] = "Get-BackupOperation",
        ["check"] = "Invoke-CoherencyCheck",
        ["repair"] = "Repair-Backup",
        ["anchor"] = "Export-BackupAnchor",
        ["purge"] = "Invoke-BackupPurge",
        ["health"] = "Get-BackupHealth",
        ["service"] = "Get-BackupService",
        ["status"] = "Show-BackupStatus",
        ["realtime"] = "Get-RealtimeScanner",
        ["schedule"] = "Get-BackupSchedule",
        ["restore-blobs"] = "Restore-BackupBlob",
        ["check-shares"] = "Test-BackupShare",
        ["fix-shares"] = "Repair-BackupShare",
        ["info"] = "Get-BackupInfo",
        ["config"] = "Set-BackupConfiguration",
    };

    public static string Translate(string text)
    {
        if (!text.Contains("mailbackup ", StringComparison.Ordinal) && !text.Contains("--", StringComparison.Ordinal))
        {
            return text;
        }

        // Two commands whose action has a cmdlet of its own.
        text = text.Replace("'mailbackup init --adopt'", "'Import-BackupPath'", StringComparison.Ordinal)
            .Replace("'mailbackup service start'", "'Start-BackupService'", StringComparison.Ordinal)
            .Replace("'mailbackup service stop'", "'Stop-BackupService'", StringComparison.Ordinal)
            .Replace("'mailbackup config --test-mail'", "'Test-BackupNotification'", StringComparison.Ordinal)
            .Replace("'mailbackup config --test-hook'", "'Test-BackupNotification -Hook'", StringComparison.Ordinal)
            .Replace("'mailbackup serve'", "'Start-BackupService'", StringComparison.Ordinal)
            .Replace("'mailbackup legal-hold unset'", "'Disable-BackupLegalHold'", StringComparison.Ordinal);
        string commands = Command().Replace(text, m => Commands.TryGetValue(m.Groups[1].Value, out string? cmdlet) ? $"'{cmdlet}{m.Groups[2].Value}'" : m.Value);
        return Option().Replace(commands, m => "-" + string.Concat(m.Groups[1].Value.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..])));
    }

    [GeneratedRegex("'mailbackup ([a-z-]+)([^']*)'")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<=^|[ '(])--([a-z]+(?:-[a-z]+)*)")]
    private static partial Regex Option();
}
