using System.Collections.Concurrent;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// Reads the contents of one account ahead, in the order in which a scan will ask for them, on a connection of its own. A connection that is lost is made
/// anew and goes on where it stopped; a message over which it is lost three times costs that message, and so does one at which the server falls silent.
/// </summary>
internal sealed class ContentReader : IAsyncDisposable
{
    private const int Budget = 4 << 20;
    private const int Strikes = 3;

    /// <summary>Connections lost one after another without a single message.</summary>
    private const int Losses = 8;

    /// <summary>The same, when each of them was a server that said nothing for minutes.</summary>
    private const int Silences = 2;

    /// <summary>Without work for so long, the connection is closed; the lister of a slow folder has more soon.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);

    private readonly string _account;
    private readonly ImapConnector _connector;
    private readonly ConnectionPermits _permits;
    private readonly CancellationTokenSource _end = new();
    private readonly ReadBudget _budget;
    private readonly Lock _lock = new();
    private readonly ContentQueue _queue = new();
    private readonly ConcurrentDictionary<(string Folder, string Key), PendingContent> _pending = new();
    private readonly Task _run;
    private int _waiting, _open;
    private int _largestBatch = 64;
    private string? _broken;

    public ContentReader(string account, ImapConnector connector, ConnectionPermits permits)
    {
        (_account, _connector, _permits) = (account, connector, permits);
        _budget = new ReadBudget(Budget, _end.Token);
        _run = Task.Run(RunAsync);
    }

    /// <summary>True when nothing is expected of it any more.</summary>
    public bool IsIdle => Volatile.Read(ref _open) == 0;

    /// <summary>True when it gives nothing any more: another one has to try.</summary>
    public bool IsBroken => Volatile.Read(ref _broken) is not null;

    /// <summary>The content of this item will be asked for, after all that were named before.</summary>
    public PendingContent Expect(SourceFolder folder, SourceItem item)
    {
        var (validity, uid) = ImapKey.Parse(item.Key) ?? throw new ItemReadException(folder.Path + "/" + item.Key, "it has no UID");
        var content = new PendingContent(folder, item, validity, uid, _budget);
        lock (_lock)
        {
            _open++;
            _pending[(folder.Key, item.Key)] = content;
            if (_broken is { } reason)
            {
                content.Fail(reason);
                return content;
            }

            _queue.Add(content);
        }

        return content;
    }

    /// <summary>Null when the item is gone. Throws <see cref="ItemReadException"/>.</summary>
    public async ValueTask<SourceContent?> OpenAsync(SourceFolder folder, SourceItem item, CancellationToken token)
    {
        if (!_pending.TryRemove((folder.Key, item.Key), out var content))
        {
            content = Expect(folder, item);
            _pending.TryRemove((folder.Key, item.Key), out _);
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            if (!content.IsSettled)
            {
                _permits.Look();
            }

            if (!await content.WaitAsync(token).ConfigureAwait(false))
            {
                Close();
                return null;
            }
        }
        catch
        {
            content.Abandon();
            Close();
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return new SourceContent(new PendingContentStream(content, Close), content.Length, content.Item);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Break("the reading was stopped");
        _end.Dispose();
        _queue.Dispose();
    }

    private void Close()
    {
        lock (_lock)
        {
            _open--;
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await _queue.WaitAsync(_end.Token).ConfigureAwait(false);
            if (!_queue.HasWork)
            {
                continue;
            }

            using var permit = await _permits.TakeAsync(() => Volatile.Read(ref _waiting) > 0, _end.Token).ConfigureAwait(false);
            try
            {
                await ServeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is ImapException or MailBackupException)
            {
                Break(e is MailBackupException m ? m.Problem : e.Message);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Break($"an unexpected error: {e.GetType().Name}: {e.Message}");
                throw;
            }
        }
    }

    /// <summary>Works until nothing is left to do for a while. Throws when no connection can be had any more.</summary>
    private async Task ServeAsync()
    {
        int losses = 0, silences = 0;
        while (_queue.HasWork)
        {
            using var connection = await _connector.OpenAsync(_account, _end.Token).ConfigureAwait(false);
            var fetch = new ContentFetch(connection, _queue.TakeBatch, _largestBatch);
            using var abort = _end.Token.UnsafeRegister(static c => ((ImapConnection)c!).Abort("stopped"), connection);
            try
            {
                do
                {
                    await fetch.RunAsync().ConfigureAwait(false);
                }
                while (await MoreAsync().ConfigureAwait(false));

                await connection.LogoutAsync().ConfigureAwait(false);
                return;
            }
            catch (ImapConnectionException e)
            {
                _end.Token.ThrowIfCancellationRequested();
                GiveBack(fetch.Unfinished(), e);
                losses = fetch.Settled > 0 ? 0 : losses + 1;
                silences = fetch.Settled > 0 || e is not ImapSilenceException ? 0 : silences + 1;
                if (losses > Losses || silences >= Silences)
                {
                    throw;
                }

                // A server may name the message behind its content; asked for alone, there is no doubt.
                _largestBatch = e is ImapProtocolException ? 1 : _largestBatch;
                if (losses > 0 || e.InnerException is ImapCommandException)
                {
                    await _connector.PauseAsync(Math.Max(1, losses), _end.Token).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Waits a little for more, as long as nobody else needs the connection.</summary>
    private async ValueTask<bool> MoreAsync()
    {
        long until = Environment.TickCount64 + (long)Idle.TotalMilliseconds;
        while (!_queue.HasWork)
        {
            if (Environment.TickCount64 >= until || _permits.IsWanted)
            {
                return false;
            }

            await _queue.WaitAsync(TimeSpan.FromMilliseconds(50), _end.Token).ConfigureAwait(false);
        }

        return true;
    }

    private void GiveBack(IReadOnlyList<PendingContent> unfinished, ImapConnectionException e)
    {
        // A message has no part in it when the server wants us to come later.
        if (unfinished.Count > 0 && e is ImapSilenceException)
        {
            unfinished[0].Fail(e.Message, e);
        }
        else if (unfinished.Count > 0 && e.InnerException is not ImapCommandException && ++unfinished[0].Attempts >= Strikes)
        {
            unfinished[0].Fail($"the connection was lost over it {Strikes} times: {e.Message}", e);
        }

        _queue.GiveBack(unfinished.Where(c => !c.IsSettled));
    }

    /// <summary>The account cannot be read any more: everything that is expected of it fails, now and in this run.</summary>
    private void Break(string reason)
    {
        lock (_lock)
        {
            _broken = reason;
            foreach (var content in _queue.Clear())
            {
                content.Fail(reason);
            }
        }

        foreach (var content in _pending.Values)
        {
            content.Fail(reason);
        }
    }
}
