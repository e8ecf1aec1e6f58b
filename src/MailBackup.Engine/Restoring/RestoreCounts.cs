using MailBackup.Operations;

namespace MailBackup.Restoring;

/// <summary>What a run has done for all its accounts. Safe for use by several threads.</summary>
internal sealed class RestoreCounts(int accounts)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, SortedSet<long>> _unrestored = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wholeAccounts = new(StringComparer.Ordinal);
    private long _restored, _skipped, _bytes, _seen, _total, _failed;
    private int _accountsDone;

    public void Restored(long bytes)
    {
        Interlocked.Increment(ref _restored);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void Skipped() => Interlocked.Increment(ref _skipped);

    public void Unrestored(string account, long item)
    {
        lock (_gate)
        {
            if (!_unrestored.TryGetValue(account, out var items))
            {
                _unrestored[account] = items = [];
            }

            items.Add(item);
        }
    }

    /// <summary>The account ended early: what of it is missing on the server is not known by id.</summary>
    public void AccountFailed(string account)
    {
        lock (_gate)
        {
            _wholeAccounts.Add(account);
            _failed++;
        }
    }

    public void AccountDone() => Interlocked.Increment(ref _accountsDone);

    /// <summary>Looked at, whatever came of it.</summary>
    public void Seen() => Interlocked.Increment(ref _seen);

    /// <summary>Only where one account is all there is: of several, not all totals are known from the beginning.</summary>
    public void Expect(long items)
    {
        if (accounts == 1)
        {
            Interlocked.Add(ref _total, items);
        }
    }

    public OperationProgress Progress(string account) => _meter.Measure(new OperationProgress
    {
        Activity = "Restoring",
        Account = account,
        ItemsDone = Interlocked.Read(ref _seen),
        ItemsTotal = Interlocked.Read(ref _total) is > 0 and var total ? total : null,
        AccountsDone = Volatile.Read(ref _accountsDone),
        AccountsTotal = accounts,
        BytesDone = Interlocked.Read(ref _bytes),
    });

    public OperationReport Report()
    {
        List<UnrestoredItems> unrestored = [];
        long items = 0, failed;
        lock (_gate)
        {
            failed = _failed;
            foreach (string account in _unrestored.Keys.Union(_wholeAccounts, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                long[] ids = _unrestored.TryGetValue(account, out var known) ? [.. known] : [];
                items += ids.Length;
                unrestored.Add(new UnrestoredItems(account, ids, _wholeAccounts.Contains(account)));
            }
        }

        return new OperationReport
        {
            Restored = Interlocked.Read(ref _restored),
            Skipped = Interlocked.Read(ref _skipped),
            Unrestored = items,
            Errors = items + failed,
            UnrestoredItems = unrestored,
            BytesRead = Interlocked.Read(ref _bytes),
            Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
        };
    }
}
