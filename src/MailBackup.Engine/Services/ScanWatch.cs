using System.Globalization;
using System.Text;
using MailBackup.Configuration;
using MailBackup.Notifications;
using MailBackup.Operations;
using MailBackup.Scheduling;
using MailBackup.Storage;

namespace MailBackup.Services;

/// <summary>
/// Notices that no SmartScan has come to its end for longer than two periods of its schedule, whatever the reason, and tells administrators: at once, every
/// day as long as that is so, and when it is over. What was told is kept in <c>state/scan_missed</c>, so that a service that is started anew does not tell it anew.
/// </summary>
internal sealed class ScanWatch(BackupNode node, TimeProvider clock, IServiceLog log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Again = TimeSpan.FromHours(24);

    private static readonly TimeSpan Retry = TimeSpan.FromHours(1);

    /// <summary>When it was told last, also where that could not be written down: a full volume must not make it a mail every few seconds.</summary>
    private DateTimeOffset? _told;

    private string File => Path.Combine(node.Layout.State, "scan_missed");

    public async Task RunAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            await RoundAsync().ConfigureAwait(false);
            await Task.Delay(Look, clock, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task RoundAsync()
    {
        var now = clock.GetUtcNow();
        var told = ReadTold() is { } written && !(_told > written) ? written : _told;
        if (Missing(now) is { } since)
        {
            if (told is null || now - told >= Again)
            {
                string problem = $"No SmartScan has come to its end since {Local(since)}, although one was due twice.";
                bool heard = await TellAsync(ServiceLogLevel.Critical, new Notice(
                    NotificationLevel.Critical, "ScanMissed", Notice.Prefix + "no SmartScan for too long",
                    $"{problem}\r\nBackup path: {node.Path}\r\nSee 'mailbackup operations' for why, and 'mailbackup health'.\r\n"), problem).ConfigureAwait(false);

                // Only now: who ends before it is told tells it anew. What the relay has not taken is not left for a day.
                WriteTold(heard ? now : now - Again + Retry);
            }
        }
        else if (told is not null)
        {
            _told = null;
            System.IO.File.Delete(File);
            await TellAsync(ServiceLogLevel.Information, new Notice(
                NotificationLevel.Information, "ScanRecovered", Notice.Prefix + "SmartScans succeed again", $"A SmartScan has come to its end.\r\nBackup path: {node.Path}\r\n"),
                "SmartScans come to their end again.").ConfigureAwait(false);
        }
    }

    /// <summary>When the last SmartScan came to its end, if that is too long ago; else null.</summary>
    private DateTimeOffset? Missing(DateTimeOffset now)
    {
        var entry = node.Configuration.Schedule.SmartScan;
        if (!entry.Enabled || Period(entry, now) is not { } period)
        {
            return null;
        }

        // A path that was made just now has had no time for one.
        var last = node.Operations.FindLast(OperationKind.SmartScan, succeeded: true)?.Ended ?? BackupStat.Read(node.Layout)?.Created;
        return last is { } ended && now - ended > 2 * period ? ended : null;
    }

    /// <summary>The longer of the last two: on Monday, one that runs on weekdays has not missed the weekend.</summary>
    private TimeSpan? Period(ScheduleEntry entry, DateTimeOffset now)
    {
        var zone = clock.LocalTimeZone;
        if (entry.Previous(now, zone) is not { } last || entry.Previous(last.AddSeconds(-1), zone) is not { } before)
        {
            return null;
        }

        var period = last - before;
        return entry.Previous(before.AddSeconds(-1), zone) is { } first && before - first > period ? before - first : period;
    }

    /// <returns>False when somebody could not be told.</returns>
    private async Task<bool> TellAsync(ServiceLogLevel level, Notice notice, string line)
    {
        log.Write(level, line);
        string? warning = await node.NotifyAsync(notice).ConfigureAwait(false);
        if (warning is not null)
        {
            log.Write(ServiceLogLevel.Warning, warning);
        }

        return warning is null;
    }

    private DateTimeOffset? ReadTold()
    {
        try
        {
            return DateTimeOffset.TryParse(System.IO.File.ReadAllText(File), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var told) ? told : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void WriteTold(DateTimeOffset told)
    {
        _told = told;
        AtomicFile.Write(node.Layout.Files, File, Encoding.ASCII.GetBytes(told.ToString("O", CultureInfo.InvariantCulture)), sync: false);
    }

    private string Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
