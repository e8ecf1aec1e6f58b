namespace MailBackup.Scheduling;

/// <summary>What the service runs by itself, and when. Part of the configuration of a backup path.</summary>
public sealed record BackupSchedule
{
    /// <summary>Every day at four.</summary>
    public ScheduleEntry SmartScan { get; init; } = new() { Cron = "0 4 * * *" };

    /// <summary>Sundays, when the scan of the night is over.</summary>
    public ScheduleEntry Purge { get; init; } = new() { Cron = "0 6 * * 0" };

    /// <summary>Saturdays.</summary>
    public ScheduleEntry CoherencyCheck { get; init; } = new() { Cron = "0 6 * * 6" };

    public ScheduleEntry this[ScheduledOperation operation] => operation switch
    {
        ScheduledOperation.SmartScan => SmartScan,
        ScheduledOperation.Purge => Purge,
        _ => CoherencyCheck,
    };

    public IEnumerable<(ScheduledOperation Operation, ScheduleEntry Entry)> Entries =>
        Enum.GetValues<ScheduledOperation>().Select(o => (o, this[o]));

    public BackupSchedule With(ScheduledOperation operation, ScheduleEntry entry) => operation switch
    {
        ScheduledOperation.SmartScan => this with { SmartScan = entry },
        ScheduledOperation.Purge => this with { Purge = entry },
        _ => this with { CoherencyCheck = entry },
    };
}
