namespace MailBackup.Realtime;

/// <summary>
/// Accounts that could not be saved although something changed in them: they are tried again after a while, longer each time, because nobody tells of the same
/// change twice.
/// </summary>
internal sealed class FailingAccounts(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromMinutes(5);

    // A mail that cannot be read now may be in a minute; after that it is left to the next change or scan.
    private const int AttemptsForItems = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Failing> _accounts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accounts that could not be looked at at all, sorted.</summary>
    public IReadOnlyList<string> Unreadable
    {
        get
        {
            lock (_gate)
            {
                return [.. _accounts.Where(a => a.Value.Reason is not null).Select(a => a.Key).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Why the first of them cannot be, for an administrator; null when there are none.</summary>
    public string? Warning
    {
        get
        {
            lock (_gate)
            {
                var reasons = _accounts.Values.Select(a => a.Reason).OfType<string>().ToList();
                return reasons.Count == 0 ? null : FormattableString.Invariant($"{reasons.Count:N0} accounts cannot be saved now and are tried again: {reasons[0]}");
            }
        }
    }

    /// <param name="reason">Why the account could not be looked at; null when only items of it failed.</param>
    public void Failed(string account, string? reason)
    {
        lock (_gate)
        {
            int failures = _accounts.TryGetValue(account, out var known) ? known.Failures + 1 : 1;
            if (reason is null && failures > AttemptsForItems)
            {
                _accounts.Remove(account);
                return;
            }

            var pause = First * Math.Pow(2, Math.Min(failures - 1, 10));
            _accounts[account] = new Failing(reason, failures, clock.GetTimestamp() + (long)((pause < Longest ? pause : Longest).TotalSeconds * clock.TimestampFrequency));
        }
    }

    public void Saved(string account)
    {
        lock (_gate)
        {
            _accounts.Remove(account);
        }
    }

    /// <summary>Those whose time has come; each is given once until it fails again.</summary>
    public List<string> TakeDue()
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            var due = _accounts.Where(a => a.Value.Next <= now).Select(a => a.Key).ToList();
            foreach (string account in due)
            {
                _accounts[account] = _accounts[account] with { Next = long.MaxValue };
            }

            return due;
        }
    }

    private sealed record Failing(string? Reason, int Failures, long Next);
}
