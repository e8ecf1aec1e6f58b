namespace MailBackup.Scheduling;

/// <summary>What is due, told from the schedule and the clock alone.</summary>
internal static class SchedulePlan
{
    /// <summary>What fell due longer ago was missed: the machine slept, the service was held up.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    /// <summary>The last due moment of each enabled entry after <paramref name="since"/> and not after <paramref name="now"/>.</summary>
    public static IEnumerable<(ScheduledOperation Operation, ScheduleEntry Entry, DateTimeOffset Due)> Due(
        BackupSchedule schedule, DateTimeOffset since, DateTimeOffset now, TimeZoneInfo local)
    {
        foreach (var (operation, entry) in schedule.Entries.Where(e => e.Entry.Enabled))
        {
            if (entry.Next(since, local) <= now && entry.Previous(now, local) is { } due)
            {
                yield return (operation, entry, due);
            }
        }
    }

    /// <summary>The next moment at which anything is due; null when nothing ever is.</summary>
    public static DateTimeOffset? Next(BackupSchedule schedule, DateTimeOffset now, TimeZoneInfo local) =>
        schedule.Entries.Where(e => e.Entry.Enabled).Min(e => e.Entry.Next(now, local));
}
