using MailBackup.Sources;

namespace MailBackup.Realtime;

/// <summary>
/// Changes that wait to be saved, gathered by account: however many there are, memory holds only which folders they are in. An account is ready when
/// it has been quiet for a moment, so that a move between two folders is seen whole, or when it has waited long enough.
/// </summary>
internal sealed class PendingChanges(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(400);

    // A scan of a large folder is not begun again before it has rested as long as it took, twice over.
    private const int Rest = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _resting = new(StringComparer.OrdinalIgnoreCase);

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

    public void Add(string account, FolderKind kind, string key)
    {
        lock (_gate)
        {
            var waiting = Touch(account);
            waiting.Folders?.Add((kind, key));
        }
    }

    public void AddAll(string account)
    {
        lock (_gate)
        {
            Touch(account).Folders = null;
        }
    }

    /// <summary>What a failed scan took goes back, as old as it was.</summary>
    public void Return(PendingAccount taken)
    {
        lock (_gate)
        {
            var waiting = Touch(taken.Account);
            waiting.First = Math.Min(waiting.First, taken.First);
            waiting.Folders = null;
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
            foreach (var (account, _) in ready)
            {
                _accounts.Remove(account);
            }

            return ready.ConvertAll(a => new PendingAccount(a.Key, a.Value.First, a.Value.Folders));
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

    private bool IsReady(string account, Waiting waiting, long now) =>
        (clock.GetElapsedTime(waiting.Last, now) >= Quiet || clock.GetElapsedTime(waiting.First, now) >= Longest)
        && _resting.GetValueOrDefault(account) <= now;

    private sealed class Waiting
    {
        public long First;
        public long Last;
        public HashSet<(FolderKind Kind, string Key)>? Folders = [];
    }
}
