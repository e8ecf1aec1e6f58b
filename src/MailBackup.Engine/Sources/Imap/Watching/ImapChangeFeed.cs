namespace MailBackup.Sources.Imap.Watching;

/// <summary>
/// Follows the accounts of an IMAP server: on connections that tell of changes by NOTIFY or IDLE as far as the settings allow connections, the others by
/// rounds that look at their folders' tokens. The accounts where something happened last have the connections.
/// </summary>
internal sealed class ImapChangeFeed(ImapSettings settings, ImapAccounts accounts) : IChangeFeed
{
    private const int MostRoundWorkers = 8;

    /// <summary>An account that failed so often leaves its connection to another.</summary>
    private const int FailuresBeforeYielding = 3;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100), PlanEvery = TimeSpan.FromSeconds(1), LongestHold = TimeSpan.FromMinutes(5);

    private readonly WatchServer _server = new(settings);
    private readonly Dictionary<string, WatchedAccount> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AccountWatch> _watches = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Task> _ending = [];
    private IChangeSink _sink = null!;
    private WatchReport? _report;
    private volatile bool _following;

    public int Watches => _server.Listening;

    /// <summary>How many connections each followed account takes.</summary>
    private int PerAccount => _server.Mode == WatchMode.Idle ? settings.WatchFolders.Count : 1;

    public async Task RunAsync(IChangeSink sink, CancellationToken token)
    {
        _sink = sink;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var rounds = new RoundRunner(_server, sink, () => _following);
        var working = rounds.RunAsync(Math.Clamp(settings.WatchConnections / 10, 1, MostRoundWorkers), stop.Token);
        try
        {
            long planned = long.MinValue / 2, listed = planned;
            while (!token.IsCancellationRequested)
            {
                long now = Environment.TickCount64;
                if (now - listed >= _server.LookEvery.TotalMilliseconds)
                {
                    ListAccounts();
                    listed = now;
                }

                if (now - planned >= (_following ? PlanEvery : Tick).TotalMilliseconds)
                {
                    await AssignAsync().ConfigureAwait(false);
                    Tell();
                    planned = now;
                }

                rounds.Offer(_accounts.Values.Where(a => !_watches.ContainsKey(a.Name)));
                if (working.IsFaulted)
                {
                    await working.ConfigureAwait(false);
                }

                await Task.Delay(Tick, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_watches.Values.Select(w => w.DisposeAsync().AsTask())).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll([working, .. _ending]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>New accounts are looked at soon; what is no longer an account is left alone.</summary>
    private void ListAccounts()
    {
        IReadOnlyList<string> names;
        try
        {
            names = accounts.List();
        }
        catch (MailBackupException) when (_accounts.Count > 0)
        {
            // The next scan says so; until it is put right the accounts are those of before.
            return;
        }

        var gone = new HashSet<string>(_accounts.Keys, StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            gone.Remove(name);
            _accounts.TryAdd(name, new WatchedAccount(name));
        }

        foreach (string name in gone)
        {
            _accounts.Remove(name);
            End(name);
        }

        _server.Accounts = _accounts.Count;
    }

    /// <summary>Gives and takes connections.</summary>
    private async Task AssignAsync()
    {
        foreach (var ended in _watches.Values.Where(w => w.Running.IsCompleted).ToList())
        {
            // Only what nobody expected is thrown here: then realtime begins anew.
            await ended.Running.ConfigureAwait(false);
        }

        bool all = _accounts.Count * PerAccount <= settings.WatchConnections;
        int room = _server.Mode == WatchMode.Rounds ? 0
            : all ? _accounts.Count
            : Math.Max(0, settings.WatchConnections - Math.Clamp(settings.WatchConnections / 10, 1, MostRoundWorkers)) / PerAccount;
        var candidates = _accounts.Values.Where(a => all || a.Failures < FailuresBeforeYielding)
            .Select(a => new WatchPlan.Candidate(a.Name, a.Changed, _watches.GetValueOrDefault(a.Name)?.Since)).ToList();
        var hold = settings.WatchInterval < LongestHold ? settings.WatchInterval : LongestHold;
        var chosen = WatchPlan.Choose(candidates, room, (long)hold.TotalMilliseconds);
        foreach (string name in _watches.Keys.Where(n => !chosen.Contains(n)).ToList())
        {
            End(name);
        }

        foreach (string name in chosen.Where(n => !_watches.ContainsKey(n)))
        {
            var watch = new AccountWatch(_accounts[name], _server, _sink, () => _following);
            _watches.Add(name, watch);
            watch.Start();
        }

        _ending.RemoveAll(t => t.IsCompleted);
    }

    private void End(string name)
    {
        if (_watches.Remove(name, out var watch))
        {
            if (_accounts.TryGetValue(name, out var account))
            {
                account.Due = Environment.TickCount64;
            }

            _ending.Add(watch.DisposeAsync().AsTask());
        }
    }

    /// <summary>Says what has become of which account, when that has changed.</summary>
    private void Tell()
    {
        if (!_following)
        {
            if (!_accounts.Values.All(a => a.Seen || a.Trouble is not null))
            {
                return;
            }

            _following = true;
            Report();
            _sink.Following();
            return;
        }

        Report();
    }

    private void Report()
    {
        var report = WatchReport.Of(_accounts.Values, _server, Environment.TickCount64);
        if (_report is null || !report.SameUnwatched(_report))
        {
            _sink.Unwatched(report.Unwatched, report.Trouble);
        }

        if (_report is null || !report.SameRounds(_report))
        {
            _sink.InRounds(report.Rounds, report.Interval, report.Protection);
        }

        _report = report;
    }
}
