namespace MailBackup.Scheduling;

/// <summary>One entry of the schedule with what it comes to.</summary>
/// <param name="TimeZone">The zone that the pattern is read in.</param>
/// <param name="NextRun">Null when it is not enabled.</param>
/// <param name="LastRun">When an operation of the kind, scheduled or not, ended last.</param>
/// <param name="Missed">When it was due without one being started since; null when nothing was missed.</param>
public sealed record ScheduleInfo(
    ScheduledOperation Operation, bool Enabled, string Cron, string TimeZone, bool CatchUp, bool AtStart,
    DateTimeOffset? NextRun, DateTimeOffset? LastRun, DateTimeOffset? Missed);
