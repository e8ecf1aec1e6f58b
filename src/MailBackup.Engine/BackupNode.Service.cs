using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Scheduling;

namespace MailBackup;

/// <summary>What the node does by itself: the schedule, the resident service, the realtime scanner.</summary>
public sealed partial class BackupNode
{
    /// <summary>The schedule, with what is next, what was last, and what was missed.</summary>
    public IReadOnlyList<ScheduleInfo> GetSchedule()
    {
        var now = Clock.GetUtcNow();
        var local = Clock.LocalTimeZone;
        return [.. Configuration.Schedule.Entries.Select(e =>
        {
            var (operation, entry) = e;
            return new ScheduleInfo(
                operation, entry.Enabled, entry.Cron, entry.TimeZone ?? local.Id, entry.CatchUp, entry.AtStart,
                entry.Enabled ? entry.Next(now, local) : null,
                Operations.FindLast(KindOf(operation), succeeded: true)?.Ended,
                FindMissed(operation, entry, now));
        })];
    }

    /// <summary>Changes one entry of the schedule. Not queued: takes effect at once. Errors: <c>ArgumentInvalid</c>.</summary>
    public void SetSchedule(ScheduledOperation operation, ScheduleEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var configuration = ConfigurationFile.Read(_layout);
        SaveConfiguration(configuration with { Schedule = configuration.Schedule.With(operation, entry) });
    }

    /// <summary>When the operation was due last although none has been started since; null when nothing was missed.</summary>
    internal DateTimeOffset? FindMissed(ScheduledOperation operation, ScheduleEntry entry, DateTimeOffset now)
    {
        if (!entry.Enabled || entry.Previous(now, Clock.LocalTimeZone) is not { } due)
        {
            return null;
        }

        // A path that was not there yet has missed nothing.
        bool existed = Storage.BackupStat.Read(_layout)?.Created <= due;
        var kind = KindOf(operation);
        return existed && !(Operations.FindLast(kind, succeeded: false)?.Queued >= due) && Operations.List().All(o => o.Kind != kind) ? due : null;
    }

    /// <summary>Queues a scheduled operation; null when one of its kind waits in the queue already.</summary>
    internal Operation? SubmitScheduled(ScheduledOperation operation)
    {
        var kind = KindOf(operation);
        return Operations.List().Any(o => o.Kind == kind && o.State == OperationState.Queued) ? null : Submit(operation switch
        {
            ScheduledOperation.SmartScan => new ScanRequest(),
            ScheduledOperation.Purge => new PurgeRequest(),
            _ => new CheckRequest(),
        });
    }

    private static OperationKind KindOf(ScheduledOperation operation) => operation switch
    {
        ScheduledOperation.SmartScan => OperationKind.SmartScan,
        ScheduledOperation.Purge => OperationKind.Purge,
        _ => OperationKind.CoherencyCheck,
    };
}
