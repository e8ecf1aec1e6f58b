using System.Collections.Concurrent;
using System.Diagnostics;
using MailBackup.Sources.Imap.Connection;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// The listing sessions of a source. Of accounts that were announced, the next few are listed before they are asked for: with an unchanged server,
/// logging in and listing folders is all that a scan does.
/// </summary>
internal sealed class AccountReadAhead(ImapConnector connector, int connections) : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _permits = new(connections, connections);
    private readonly ConcurrentDictionary<string, ListingSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<Listing>> _ahead = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _forgotten = new(StringComparer.Ordinal);
    private readonly Endings _endings = new();
    private readonly Lock _lock = new();
    private IReadOnlyList<string> _expected = [];
    private Dictionary<string, int> _places = [];
    private int _started, _place;

    /// <summary>
    /// How long a listing stands for the account. An account before it in the list may take hours: what its user has done meanwhile would be seen in one folder and not in the other.
    /// </summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    public void Expect(IReadOnlyList<string> accounts)
    {
        lock (_lock)
        {
            (_expected, _started, _place) = (accounts, 0, 0);
            _places = new(StringComparer.Ordinal);
            for (int i = 0; i < accounts.Count; i++)
            {
                _places[accounts[i]] = i;
            }
        }
    }

    /// <summary>The listing that was made ahead is not to be used.</summary>
    public void Forget(string account) => _forgotten[account] = true;

    /// <summary>Throws <see cref="Protocol.ImapException"/>.</summary>
    public async Task<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token)
    {
        MoveTo(account);
        if (_ahead.TryRemove(account, out var ahead))
        {
            var listing = await ListedAsync(account, ahead, token).ConfigureAwait(false);

            // A server that was silent is not waited for again.
            bool silent = listing.Folders.Exception?.InnerException is Protocol.ImapSilenceException;
            if ((!_forgotten.TryRemove(account, out _) && Stopwatch.GetElapsedTime(listing.Done) < FreshFor) || silent)
            {
                return await listing.Folders.ConfigureAwait(false);
            }
        }

        return await Session(account).ListFoldersAsync(token).ConfigureAwait(false);
    }

    public ListingSession Session(string account) => _sessions.GetOrAdd(account, a => new ListingSession(a, connector, _permits, _end.Token));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        foreach (var (account, session) in _sessions)
        {
            session.Pass();
            Close(account);
        }

        await ((Task)Task.WhenAll(_ahead.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _endings.WaitAsync().ConfigureAwait(false);

        _end.Dispose();
        _permits.Dispose();
    }

    /// <summary>Lets go of accounts that have been passed or are not next, and begins with the next. An account that nobody announced lets go of all others.</summary>
    private void MoveTo(string account)
    {
        var begin = new List<string>();
        var passed = new List<string>();
        lock (_lock)
        {
            if (_places.TryGetValue(account, out int place))
            {
                _place = Math.Max(_place, place);
                for (_started = Math.Max(_started, _place); _started < Math.Min(_expected.Count, _place + connections); _started++)
                {
                    begin.Add(_expected[_started]);
                }
            }

            // Also those that are far ahead, from an earlier announcement: they would keep the connections that the next few need.
            passed.AddRange(_sessions.Keys.Where(a => a != account && !(_places.TryGetValue(a, out int p) && p >= _place && p < _place + connections)));
        }

        foreach (string old in passed)
        {
            if (_ahead.TryRemove(old, out _))
            {
                Session(old).Pass();
            }

            Close(old);
        }

        foreach (string next in begin)
        {
            var session = Session(next);
            _forgotten.TryRemove(next, out _);
            _ahead[next] = ListAheadAsync(session.ListFoldersAheadAsync());
        }
    }

    private static async Task<Listing> ListAheadAsync(Task<IReadOnlyList<SourceFolder>> folders)
    {
        await ((Task)folders).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new Listing(folders, Stopwatch.GetTimestamp());
    }

    /// <summary>Whoever goes without the listing ends it.</summary>
    private async Task<Listing> ListedAsync(string account, Task<Listing> ahead, CancellationToken token)
    {
        try
        {
            return await ahead.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Session(account).Pass();
            throw;
        }
    }

    private void Close(string account)
    {
        if (_sessions.TryRemove(account, out var session))
        {
            _endings.Add(session);
        }
    }

    /// <param name="Folders">Has ended, perhaps with an error.</param>
    /// <param name="Done">When, as the stopwatch has it.</param>
    private sealed record Listing(Task<IReadOnlyList<SourceFolder>> Folders, long Done);
}
