using MailBackup.Sources;

namespace MailBackup.Realtime;

/// <summary>
/// Changes that wait to be saved, gathered by account: however many there are, memory holds only which folders they are in, and the names of some thousands. An account
/// is ready when it has been quiet for a moment, so that a move between two folders is seen whole, or when it has waited long enough.
/// </summary>
internal sealed class PendingChanges(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    // A scan of a large folder is not begun again before it has rested as long as it took, twice over.
    private const int Rest = 2;

    // A folder in which more has changed is listed: that is the cheaper way then, and names take memory.
    private const int MostNames = 2_000, MostNamesInAll = 50_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _resting = new(StringComparer.OrdinalIgnoreCase);
    private int _names;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _accounts.Count;
            }
        }
    }

    /// <summary>Age of the oldest change; zero when there is none.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_gate)
            {
                return _accounts.Count == 0 ? TimeSpan.Zero : clock.GetElapsedTime(_accounts.Values.Min(w => w.First));
            }
        }
    }

    /// <param name="item">Null: look at the whole folder.</param>
    public void Add(string account, FolderKind kind, string key, string? item = null)
    {
        lock (_gate)
        {
            if (Touch(account).Folders is not { } folders)
            {
                return;
            }

            bool isKnown = folders.TryGetValue((kind, key), out var names);
            if (item is null || (isKnown && names is null) || names?.Count >= MostNames || _names >= MostNamesInAll)
            {
                _names -= names?.Count ?? 0;
                folders[(kind, key)] = null;
                return;
            }

            names ??= new HashSet<string>(StringComparer.Ordinal);
            folders[(kind, key)] = names;
            _names += names.Add(item) ? 1 : 0;
        }
    }

    public void AddAll(string account)
    {
        lock (_gate)
        {
            LookAtAll(Touch(account));
        }
    }

    /// <summary>What a failed scan took goes back, as old as it was.</summary>
    public void Return(PendingAccount taken)
    {
        lock (_gate)
        {
            var waiting = Touch(taken.Account);
            waiting.First = Math.Min(waiting.First, taken.First);
            LookAtAll(waiting);
        }
    }

    /// <summary>Takes the accounts that are ready, the oldest first.</summary>
    /// <param name="most">So many at most.</param>
    /// <param name="free">Asked of each in turn; what is not free stays as it is, in nobody's way. Null: all are.</param>
    public List<PendingAccount> Take(int most, Func<string, bool>? free = null)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            var ready = _accounts.Where(a => IsReady(a.Key, a.Value, now)).OrderBy(a => a.Value.First)
                .Where(a => free?.Invoke(a.Key) != false).Take(most).ToList();
            foreach (var (account, waiting) in ready)
            {
                _accounts.Remove(account);
                _names -= waiting.Names;
            }

            return ready.ConvertAll(a => new PendingAccount(a.Key, a.Value.First, a.Value.Folders?.ToDictionary(f => f.Key, IReadOnlySet<string>? (f) => f.Value)));
        }
    }

    /// <summary>Lets an account rest after a scan that took so long.</summary>
    public void RestAfter(string account, TimeSpan scan)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            foreach (var (rested, _) in _resting.Where(r => r.Value <= now).ToList())
            {
                _resting.Remove(rested);
            }

            if (scan > Longest / Rest)
            {
                _resting[account] = now + (long)(scan.TotalSeconds * Rest * clock.TimestampFrequency);
            }
        }
    }

    private Waiting Touch(string account)
    {
        long now = clock.GetTimestamp();
        if (!_accounts.TryGetValue(account, out var waiting))
        {
            _accounts[account] = waiting = new Waiting { First = now };
        }

        waiting.Last = now;
        return waiting;
    }

    private void LookAtAll(Waiting waiting)
    {
        _names -= waiting.Names;
        waiting.Folders = null;
    }

    private bool IsReady(string account, Waiting waiting, long now) =>
        (clock.GetElapsedTime(waiting.Last, now) >= Quiet || clock.GetElapsedTime(waiting.First, now) >= Longest)
        && _resting.GetValueOrDefault(account) <= now;

    private sealed class Waiting
    {
        public long First;
        public long Last;
        public Dictionary<(FolderKind Kind, string Key), HashSet<string>?>? Folders = [];

        public int Names => Folders?.Values.Sum(n => n?.Count ?? 0) ?? 0;
    }
}
