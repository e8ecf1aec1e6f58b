using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Sources;

namespace MailBackup.Realtime;

/// <summary>
/// Saves what changes on the server as it changes. A change feed says where; the core of the scans looks at exactly those folders and commits in
/// groups. Domains, COS and lists stay a SmartScan's, and so does whatever cannot be told: then accounts are looked through by their tokens.
/// </summary>
internal sealed partial class RealtimeScanner : IChangeSink
{
    // As many accounts at once as are saved in about so long: more share a sync, fewer wait for each other.
    private const int MostAtOnce = 64, FewestAtOnce = 32;
    private static readonly TimeSpan BatchGoal = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookForOperations = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeepOpen = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IndexEvery = TimeSpan.FromMinutes(15);

    private readonly BackupNode _node;
    private readonly IServiceLog _log;
    private readonly TimeProvider _clock;
    private readonly RealtimeSink _sink;
    private readonly PendingChanges _pending;
    private readonly LagMeter _lag;
    private readonly FailingAccounts _failing;
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);
    private int _atOnce = MostAtOnce;
    private RealtimeSession? _session;
    private IChangeFeed? _feed;
    private long _used, _looked, _indexed;
    private bool _operationWaits, _operationIsOpen;
    private readonly Lock _saying = new();
    private volatile RealtimeInfo _info = new() { State = RealtimeState.Starting };
    private bool _unindexed;

    public RealtimeScanner(BackupNode node, IServiceLog log, TimeProvider? clock = null)
    {
        _node = node;
        _log = log;
        _clock = clock ?? TimeProvider.System;
        _sink = new RealtimeSink(log, _clock);
        _pending = new PendingChanges(_clock);
        _lag = new LagMeter(_clock);
        _failing = new FailingAccounts(_clock);
        _indexed = _clock.GetTimestamp();
    }

    /// <summary>Called after each batch with the number of its transactions, and the age of its oldest change.</summary>
    public Action<long, TimeSpan>? OnBatch { get; init; }

    public RealtimeInfo Info => _info with
    {
        Watches = _feed?.Watches ?? 0,
        Pending = _pending.Count,
        Troubles = _sink.Troubles,
        Unwatched = _failing.Unreadable is { Count: > 0 } failing ? [.. _info.Unwatched.Union(failing, StringComparer.OrdinalIgnoreCase)] : _info.Unwatched,
        Warning = _info.Warning ?? _failing.Warning,
        LagSeconds = Math.Round(_pending.Count > 0 ? Math.Max(_pending.OldestAge.TotalSeconds, _lag.Longest) : _lag.Longest, 3),
    };

    /// <summary>Runs until it is cancelled. Errors: <c>RealtimeUnavailable</c>, and what the source throws.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var source = _node.OpenSource();
        await using (source.ConfigureAwait(false))
        {
            _feed = source.OpenChanges() ?? throw new MailBackupException(
                ErrorIds.RealtimeUnavailable, $"{source.Description} does not say what changes.", "Back it up by schedule instead.", source.Description);
            await using (_feed.ConfigureAwait(false))
            {
                var following = _feed.RunAsync(this, stop.Token);
                try
                {
                    while (!token.IsCancellationRequested && !following.IsCompleted)
                    {
                        await RoundAsync(source, token).ConfigureAwait(false);
                        await Task.Delay(Tick, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }
                }
                finally
                {
                    Close();
                    await stop.CancelAsync().ConfigureAwait(false);
                    await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                await following.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Saves what is ready: in its own session, or as the guest of an operation that shares its own.</summary>
    private async Task RoundAsync(IMailSource source, CancellationToken token)
    {
        if (MustYield() || (_pending.Count == 0 && _clock.GetElapsedTime(_used) > KeepOpen))
        {
            Close();
        }

        _failing.TakeDue().ForEach(_pending.AddAll);
        List<PendingAccount> accounts = [];
        try
        {
            if (_operationIsOpen)
            {
                using var guest = RealtimeSession.TryJoin(_node.Share, _node.Layout, _sink);
                accounts = guest is null ? [] : TakeBeside(guest);
                await SaveAsync(source, guest, accounts, token).ConfigureAwait(false);
                return;
            }

            accounts = _pending.Take(_atOnce);
            _session ??= accounts.Count > 0 ? RealtimeSession.TryOpen(_node.Layout, _node.ServerId, _sink) : null;
            await SaveAsync(source, _session, accounts, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            accounts.ForEach(_pending.Return);
        }
        catch (Exception fault) when (fault is MailBackupException or IOException or UnauthorizedAccessException or Storage.Sqlite.SqliteFailure)
        {
            var e = Storage.StorageFault.Translate(fault, _node.Path);
            _log.Write(ServiceLogLevel.Error, $"Realtime: {e.Message} It is tried again in {Pause.TotalSeconds:N0} s.");
            Say(i => i with { State = RealtimeState.Failed, Warning = e.Message });
            Close();
            accounts.ForEach(_pending.Return);
            await Task.Delay(Pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="session">Null while an operation has the backup path that shares nothing.</param>
    private async Task SaveAsync(IMailSource source, RealtimeSession? session, List<PendingAccount> taken, CancellationToken token)
    {
        if (taken.Count == 0)
        {
            return;
        }

        if (session is null)
        {
            Say(i => i with { State = RealtimeState.Waiting });
            taken.ForEach(_pending.Return);
            await Task.Delay(LookForOperations, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        AskForUnknown(session, taken);
        taken.FindAll(a => !session.Knows(a.Account)).ForEach(a => _failing.Saved(a.Account));
        var accounts = taken.FindAll(a => session.Knows(a.Account));
        long begun = Stopwatch.GetTimestamp();
        var batch = await session.ScanAsync(source, accounts, _node.ContinuousScan, token).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(begun);
        _atOnce = took > BatchGoal ? Math.Max(FewestAtOnce, accounts.Count / 2) : Math.Min(MostAtOnce, _atOnce * 2);
        var each = took / Math.Max(1, accounts.Count);
        _used = _clock.GetTimestamp();
        foreach (var account in accounts)
        {
            _pending.RestAfter(account.Account, each);
            Conclude(batch, account);
        }

        long changes = batch.Changes;
        Say(i => i with
        {
            State = Following(i),
            Changes = i.Changes + changes,
            LastChange = changes > 0 ? _clock.GetUtcNow() : i.LastChange,
            Warning = i.Unwatched.Count > 0 ? i.Warning : null,
        });
        _unindexed |= changes > 0;
        if (accounts.Count > 0)
        {
            OnBatch?.Invoke(changes, _clock.GetElapsedTime(accounts.Min(a => a.First)));
        }
    }

    private void Conclude(RealtimeBatch batch, PendingAccount account)
    {
        if (batch.Failed.TryGetValue(account.Account, out string? reason))
        {
            _failing.Failed(account.Account, reason);
        }
        else if (batch.IsCut)
        {
            _pending.Return(account);
        }
        else
        {
            _lag.Add(_clock.GetElapsedTime(account.First).TotalSeconds);
            if (batch.Troubled.Contains(account.Account))
            {
                _failing.Failed(account.Account, null);
            }
            else
            {
                _failing.Saved(account.Account);
            }
        }
    }

    /// <summary>An account that the backup does not have is taken up by a scan that asks the directory about it: once, then by the next SmartScan.</summary>
    private void AskForUnknown(RealtimeSession session, List<PendingAccount> accounts)
    {
        var unknown = accounts.Where(a => !session.Knows(a.Account)).Select(a => a.Account).Where(_asked.Add).ToList();
        if (unknown.Count > 0)
        {
            _log.Write(ServiceLogLevel.Information, $"Realtime: {unknown[0]}{(unknown.Count > 1 ? $" and {unknown.Count - 1} more are" : " is")} new; an account scan is queued.");
            _node.Submit(new ScanRequest { Accounts = unknown });
        }
    }
}
