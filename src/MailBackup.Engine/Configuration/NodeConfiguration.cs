using MailBackup.Scheduling;
using MailBackup.Sources;

namespace MailBackup.Configuration;

/// <summary>What <c>config.json</c> in the backup path holds: source, retention, switches. No secrets.</summary>
public sealed record NodeConfiguration
{
    /// <summary>A hundred years.</summary>
    private const int MostDays = 36_500;

    public SourceConfiguration Source { get; init; } = new();

    /// <summary>Days that a deleted item is kept; 0 is for ever.</summary>
    public int DataRetentionDays { get; init; } = 30;

    /// <summary>Days that a deleted account is kept; 0 is for ever.</summary>
    public int AccountRetentionDays { get; init; } = 30;

    /// <summary>Item errors after which a scan gives up; 0 never does.</summary>
    public int ReadErrorThreshold { get; init; }

    /// <summary>Words of items are indexed after a scan, so that they can be searched.</summary>
    public bool SearchIndex { get; init; } = true;

    /// <summary>A scan that flags more than this share of an account deleted or rewritten puts the account on hold; 0 never does.</summary>
    public int MassChangePercent { get; init; } = 50;

    /// <summary>… and at least this many items.</summary>
    public int MassChangeMinimum { get; init; } = 100;

    /// <summary>A purge writes a bundle anew when at least this share of it, in percent, is no longer needed; 100 waits until none of it is.</summary>
    public int PurgeCompactionPercent { get; init; } = 30;

    /// <summary>
    /// Hours between the moment when a bundle is no longer needed and its removal: as long as a copy of the live backup path may take.
    /// </summary>
    public int PurgeGraceHours { get; init; } = 24;

    /// <summary>What the resident service runs by itself.</summary>
    public BackupSchedule Schedule { get; init; } = new();

    /// <summary>The resident service follows the server's changes as they happen.</summary>
    public bool Realtime { get; init; }

    /// <summary>… and begins with a SmartScan each time, for what changed while it did not follow.</summary>
    public bool RealtimeInitialScan { get; init; } = true;

    /// <summary>Port on the loopback addresses where the service gives its metrics to Prometheus; 0 gives none.</summary>
    public int MetricsPort { get; init; }

    public NotificationConfiguration Notification { get; init; } = new();

    /// <summary>Errors: <c>ArgumentInvalid</c> for a number that would do harm; a negative retention would be the end of everything ever deleted.</summary>
    public void Validate()
    {
        foreach (var (name, value, least, most) in (ReadOnlySpan<(string, int, int, int)>)
        [
            (nameof(DataRetentionDays), DataRetentionDays, 0, MostDays), (nameof(AccountRetentionDays), AccountRetentionDays, 0, MostDays),
            (nameof(ReadErrorThreshold), ReadErrorThreshold, 0, int.MaxValue), (nameof(MassChangePercent), MassChangePercent, 0, 100),
            (nameof(MassChangeMinimum), MassChangeMinimum, 0, int.MaxValue), (nameof(PurgeCompactionPercent), PurgeCompactionPercent, 0, 100),
            (nameof(PurgeGraceHours), PurgeGraceHours, 0, MostDays * 24), (nameof(Notification.SmtpPort), Notification.SmtpPort, 1, 65_535),
        ])
        {
            if (value < least || value > most)
            {
                throw new MailBackupException(
                    ErrorIds.ArgumentInvalid, FormattableString.Invariant($"{name} is {value}."), FormattableString.Invariant($"Give a number from {least} to {most}."), value);
            }
        }
    }
}
