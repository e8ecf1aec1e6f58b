using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Sources;

namespace MailBackup.Realtime;

/// <summary>What the feed says, gathered until it is saved.</summary>
internal sealed partial class RealtimeScanner
{
    void IChangeSink.Following()
    {
        Say(i => i with { State = RealtimeState.Running, Since = _clock.GetUtcNow() });
        _log.Write(ServiceLogLevel.Information, $"Realtime: following changes, {_feed!.Watches} watches.");
        if (_node.Configuration.RealtimeInitialScan && _node.SubmitScheduled(ScheduledOperation.SmartScan) is { } scan)
        {
            _log.Write(ServiceLogLevel.Information, $"Realtime: SmartScan {scan.Id} is queued, for what changed before.");
        }
    }

    void IChangeSink.FolderChanged(string account, FolderKind kind, string key, string? item) => _pending.Add(account, kind, key, item);

    void IChangeSink.AccountChanged(string account) => _pending.AddAll(account);

    void IChangeSink.Lost(string reason)
    {
        _log.Write(ServiceLogLevel.Warning, "Realtime: " + reason);
        foreach (var account in _node.GetAccounts().Where(a => !a.Deleted))
        {
            _pending.AddAll(account.Name);
        }

        Say(i => i with { Overflows = i.Overflows + 1 });
    }

    void IChangeSink.Unwatched(IReadOnlyCollection<string> accounts, string reason)
    {
        if (accounts.Count > 0 && _info.Unwatched.Count == 0)
        {
            _log.Write(ServiceLogLevel.Warning, "Realtime: " + reason);
        }

        Say(i => i with { Unwatched = [.. accounts.Order(StringComparer.Ordinal)], Warning = accounts.Count > 0 ? reason : null });
    }

    void IChangeSink.InRounds(IReadOnlyCollection<string> accounts, TimeSpan interval, string? reason)
    {
        if (reason is not null && reason != _info.Protection)
        {
            _log.Write(ServiceLogLevel.Information, "Realtime: " + reason);
        }

        Say(i => i with { Rounds = [.. accounts], RoundSeconds = accounts.Count > 0 ? interval.TotalSeconds : 0, Protection = reason });
    }

    /// <summary>Changes what is said of the scanner: the feed does it, and the scanner itself.</summary>
    private void Say(Func<RealtimeInfo, RealtimeInfo> change)
    {
        lock (_saying)
        {
            _info = change(_info);
        }
    }

    /// <summary>Changes may be saved before all accounts are followed.</summary>
    private static RealtimeState Following(RealtimeInfo info) => info.Since is null ? RealtimeState.Starting : RealtimeState.Running;
}
