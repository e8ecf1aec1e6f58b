using System.Globalization;
using MailBackup.Operations;
using MailBackup.Scheduling;

namespace MailBackup.Services;

/// <summary>Queues what the schedule asks for when its time comes.</summary>
internal sealed class ScheduleRunner(BackupNode node, TimeProvider clock, IServiceLog log)
{
    // A changed schedule, or a clock that was set, is noticed within this time.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>What could not be queued yet. It outlives a failure of this part, which is begun anew then.</summary>
    private readonly Dictionary<ScheduledOperation, DueRun> _open = [];

    private DateTimeOffset? _since;

    public async Task RunAsync(CancellationToken token)
    {
        if (_since is null)
        {
            var start = clock.GetUtcNow();
            Begin(start);
            _since = start;
        }

        while (!token.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            Round(_since.Value, now);

            // A clock that was set back does not make anything due again.
            _since = now > _since ? now : _since;
            var next = SchedulePlan.Next(node.Configuration.Schedule, now, clock.LocalTimeZone);
            var wait = next - now is { } left && left < Look ? left : Look;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(10), clock, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What runs at each start, and what was missed and is to be caught up.</summary>
    internal void Begin(DateTimeOffset now)
    {
        foreach (var (operation, entry) in node.Configuration.Schedule.Entries.Where(e => e.Entry.Enabled))
        {
            var missed = node.FindMissed(operation, entry, now);
            if (entry.AtStart || (missed is not null && entry.CatchUp))
            {
                _open[operation] = new DueRun(now, entry.AtStart ? "at the start of the service" : Text("missed at {0}", missed));
            }
            else if (missed is not null)
            {
                log.Write(ServiceLogLevel.Warning, $"{operation} was missed at {Text("{0}", missed)}; it runs next at {Text("{0}", entry.Next(now, clock.LocalTimeZone))}.");
            }
        }

        QueueOpen(now);
    }

    internal void Round(DateTimeOffset since, DateTimeOffset now)
    {
        foreach (var (operation, entry, due) in SchedulePlan.Due(node.Configuration.Schedule, since, now, clock.LocalTimeZone))
        {
            if (now - due <= SchedulePlan.Grace || entry.CatchUp)
            {
                _open[operation] = new DueRun(due, Text("due at {0}", due));
            }
            else
            {
                Missed(operation, due);
            }
        }

        QueueOpen(now);
    }

    /// <summary>Queues what is due. What cannot be queued, because the volume is full or busy for a moment, is tried again until it counts as missed.</summary>
    private void QueueOpen(DateTimeOffset now)
    {
        foreach (var (operation, run) in _open.ToList())
        {
            var entry = node.Configuration.Schedule[operation];
            if (!entry.Enabled || TryQueue(operation, run))
            {
                _open.Remove(operation);
            }
            else if (now - run.Due > SchedulePlan.Grace && !entry.CatchUp)
            {
                _open.Remove(operation);
                Missed(operation, run.Due);
            }
            else
            {
                _open[operation] = run with { IsTold = true };
            }
        }
    }

    private bool TryQueue(ScheduledOperation operation, DueRun run)
    {
        try
        {
            log.Write(ServiceLogLevel.Information, node.SubmitScheduled(operation) is { } queued
                ? $"{operation} {queued.Id} is queued: {run.Why}." : $"{operation} ({run.Why}) waits in the queue already.");
            return true;
        }
        catch (MailBackupException e)
        {
            if (!run.IsTold)
            {
                log.Write(ServiceLogLevel.Error, $"{operation} ({run.Why}) cannot be queued; it is tried again. {e.Message}");
            }

            return false;
        }
    }

    private void Missed(ScheduledOperation operation, DateTimeOffset due) =>
        log.Write(ServiceLogLevel.Warning, $"{operation} was due at {Text("{0}", due)} and was missed.");

    private string Text(string format, DateTimeOffset? moment) =>
        string.Format(CultureInfo.InvariantCulture, format, TimeZoneInfo.ConvertTime(moment ?? default, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));

    /// <param name="IsTold">That it cannot be queued has been said.</param>
    private sealed record DueRun(DateTimeOffset Due, string Why, bool IsTold = false);
}
