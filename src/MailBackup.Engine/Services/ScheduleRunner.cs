using System.Globalization;
using MailBackup.Operations;
using MailBackup.Scheduling;

namespace MailBackup.Services;

/// <summary>Queues what the schedule asks for when its time comes.</summary>
internal sealed class ScheduleRunner(BackupNode node, TimeProvider clock, IServiceLog log)
{
    // A changed schedule, or a clock that was set, is noticed within this time.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken token)
    {
        var since = clock.GetUtcNow();
        Begin(since);
        while (!token.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            Round(since, now);

            // A clock that was set back does not make anything due again.
            since = now > since ? now : since;
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
                Submit(operation, entry.AtStart ? "at the start of the service" : Text("missed at {0}", missed));
            }
            else if (missed is not null)
            {
                log.Write(ServiceLogLevel.Warning, $"{operation} was missed at {Text("{0}", missed)}; it runs next at {Text("{0}", entry.Next(now, clock.LocalTimeZone))}.");
            }
        }
    }

    internal void Round(DateTimeOffset since, DateTimeOffset now)
    {
        foreach (var (operation, entry, due) in SchedulePlan.Due(node.Configuration.Schedule, since, now, clock.LocalTimeZone))
        {
            if (now - due <= SchedulePlan.Grace || entry.CatchUp)
            {
                Submit(operation, Text("due at {0}", due));
            }
            else
            {
                log.Write(ServiceLogLevel.Warning, $"{operation} was due at {Text("{0}", due)} and was missed.");
            }
        }
    }

    private void Submit(ScheduledOperation operation, string why)
    {
        try
        {
            log.Write(ServiceLogLevel.Information, node.SubmitScheduled(operation) is { } queued
                ? $"{operation} {queued.Id} is queued: {why}." : $"{operation} ({why}) waits in the queue already.");
        }
        catch (MailBackupException e)
        {
            log.Write(ServiceLogLevel.Error, $"{operation} ({why}) cannot be queued. {e.Message}");
        }
    }

    private string Text(string format, DateTimeOffset? moment) =>
        string.Format(CultureInfo.InvariantCulture, format, TimeZoneInfo.ConvertTime(moment ?? default, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));
}
