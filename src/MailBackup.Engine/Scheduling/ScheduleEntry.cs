namespace MailBackup.Scheduling;

/// <summary>When one kind of operation is to run.</summary>
public sealed record ScheduleEntry
{
    public bool Enabled { get; init; } = true;

    /// <summary>See <see cref="CronPattern"/>.</summary>
    public required string Cron { get; init; }

    /// <summary>Name of a time zone (<c>Europe/Rome</c>); null is that of the machine.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Run at once what was missed while the service did not run. Otherwise the next time is waited for.</summary>
    public bool CatchUp { get; init; }

    /// <summary>Run each time the service starts, too.</summary>
    public bool AtStart { get; init; }

    /// <summary>Throws <c>ArgumentInvalid</c>.</summary>
    public void Validate()
    {
        CronPattern.Parse(Cron);
        Zone(TimeZoneInfo.Utc);
    }

    /// <param name="local">The zone of the machine.</param>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo local) => CronPattern.Parse(Cron).Next(after, Zone(local));

    /// <summary>The last moment at which it was due.</summary>
    public DateTimeOffset? Previous(DateTimeOffset now, TimeZoneInfo local) => CronPattern.Parse(Cron).Previous(now, Zone(local));

    private TimeZoneInfo Zone(TimeZoneInfo local)
    {
        if (TimeZone is null)
        {
            return local;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"This machine knows no time zone '{TimeZone}'.",
            "Write a name such as Europe/Rome; 'timedatectl list-timezones' lists them. Without the package tzdata there are none but UTC.", TimeZone);
    }
}
