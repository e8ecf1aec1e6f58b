using MailBackup.Configuration;
using MailBackup.Health;
using MailBackup.Notifications;
using MailBackup.Realtime;

namespace MailBackup.Services;

/// <summary>Notices that realtime is far behind, above all because a long operation has the backup path, and tells administrators once, and when it has caught up.</summary>
internal sealed class LagWatch(BackupNode node, Func<RealtimeInfo> realtime, TimeProvider clock, IServiceLog log)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private bool _told;

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
        var info = realtime();
        if (!_told && info.Pending > 0 && info.LagSeconds > HealthSurvey.CriticalLagSeconds)
        {
            _told = true;
            string why = info.Wait is { } wait ? $"{wait.Operation} has the backup path"
                : info.InScan > 0 ? FormattableString.Invariant($"a scan is at {info.InScan:N0} of them, and saves them itself")
                : "more changes than can be saved, or the source is slow";
            await TellAsync(ServiceLogLevel.Warning, NotificationLevel.Warning, "RealtimeBehind", FormattableString.Invariant(
                $"Changes of {info.Pending:N0} accounts are not saved for {info.LagSeconds / 60:N0} minutes: {why}.")).ConfigureAwait(false);
        }
        else if (_told && info.LagSeconds < HealthSurvey.LagSeconds)
        {
            _told = false;
            await TellAsync(ServiceLogLevel.Information, NotificationLevel.Information, "RealtimeCaughtUp", "Changes are saved as they happen again.").ConfigureAwait(false);
        }
    }

    private async Task TellAsync(ServiceLogLevel level, NotificationLevel notice, string name, string text)
    {
        log.Write(level, "Realtime: " + text);
        string body = $"{text}\r\nBackup path: {node.Path}\r\nSee 'mailbackup status'.\r\n";
        if (await node.NotifyAsync(new Notice(notice, name, Notice.Prefix + (level == ServiceLogLevel.Warning ? "realtime is behind" : "realtime has caught up"), body)).ConfigureAwait(false) is { } warning)
        {
            log.Write(ServiceLogLevel.Warning, warning);
        }
    }
}
