using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>
/// Follows one account on connections of its own until it is stopped. A broken connection is made anew; whatever may have happened meanwhile is told as a change
/// of the account.
/// </summary>
/// <param name="isFollowing">The feed has said that nothing is missed from there on.</param>
internal sealed class AccountWatch(WatchedAccount account, WatchServer server, IChangeSink sink, Func<bool> isFollowing) : IAsyncDisposable
{
    /// <summary>Looks, after which an account that was refused NOTIFY asks for it again.</summary>
    private const int LooksWithoutNotify = 4;

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>By <see cref="Environment.TickCount64"/>.</summary>
    public long Since { get; } = Environment.TickCount64;

    /// <summary>Ends when the server tells of no changes, when it was stopped, and with what nobody expected.</summary>
    public Task Running => _running;

    public void Start() => _running = Task.Run(() => KeepAsync(FollowAsync));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        account.Live = false;
        _stop.Dispose();
    }

    /// <summary>Runs it again and again. It returns false when there is no use in that.</summary>
    private async Task KeepAsync(Func<CancellationToken, Task<bool>> follow)
    {
        var token = _stop.Token;
        for (int failures = 0; !token.IsCancellationRequested;)
        {
            long begun = Environment.TickCount64;
            bool refused = false;
            try
            {
                if (!await follow(token).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ImapException or MailBackupException)
            {
                if (token.IsCancellationRequested)
                {
                    return;
                }

                refused = WatchPause.IsRefusal(e);
                account.Fail(e.Message);
            }

            failures = Environment.TickCount64 - begun > server.LookEvery.TotalMilliseconds ? 1 : failures + 1;
            await Task.Delay(WatchPause.After(failures, refused), token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> FollowAsync(CancellationToken token)
    {
        bool useful = true;
        await server.UseAsync(account.Name, async (connection, traits) =>
        {
            var watch = new WatchConnection(connection, traits, (change, folder) => Hear(connection, change, folder));
            bool notifies = await TryNotifyAsync(connection, watch).ConfigureAwait(false);
            if (!notifies && !connection.Capabilities.Has("IDLE"))
            {
                server.Lower(WatchMode.Rounds);
                useful = false;
                return;
            }

            account.Partly = !notifies && server.Mode == WatchMode.Notify;
            using var others = CancellationTokenSource.CreateLinkedTokenSource(token);
            var folders = new List<Task>();
            try
            {
                if (!notifies)
                {
                    var chosen = await OpenChosenAsync(watch).ConfigureAwait(false);
                    if (!account.Partly)
                    {
                        folders.AddRange(chosen.Select(f => Task.Run(() => KeepFolderAsync(f, others.Token), CancellationToken.None)));
                    }
                }

                await ListenAsync(watch, token).ConfigureAwait(false);
            }
            finally
            {
                account.Live = false;
                await others.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(folders).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }, token).ConfigureAwait(false);
        return useful;
    }

    private async Task<bool> TryNotifyAsync(ImapConnection connection, WatchConnection watch)
    {
        if (!connection.Capabilities.Has("NOTIFY"))
        {
            server.Lower(WatchMode.Idle);
        }

        if (server.Mode != WatchMode.Notify)
        {
            return false;
        }

        try
        {
            await watch.NotifyAsync().ConfigureAwait(false);
            server.Notifies();
            return true;
        }
        catch (ImapCommandException e)
        {
            // It offers it, but not for all folders at once (Dovecot without its index of folders), or not for this account.
            server.RefusesNotify(account.Name, e);
            if (server.Mode == WatchMode.Notify && !connection.Capabilities.Has("IDLE"))
            {
                throw;
            }

            return false;
        }
    }

    /// <summary>Opens the first of the chosen folders that is there.</summary>
    /// <returns>Keys of the others.</returns>
    private async Task<List<string>> OpenChosenAsync(WatchConnection watch)
    {
        var there = (await watch.LookAsync().ConfigureAwait(false)).ToDictionary(f => f.Path, f => f.Key, StringComparer.Ordinal);
        var chosen = server.Settings.WatchFolders.Where(there.ContainsKey).Select(f => there[f]).Distinct(StringComparer.Ordinal).ToList();
        if (chosen.Count == 0)
        {
            chosen.Add(FolderNames.Inbox);
        }

        await watch.SelectAsync(chosen[0]).ConfigureAwait(false);
        return chosen[1..];
    }

    private async Task ListenAsync(WatchConnection watch, CancellationToken token)
    {
        // After a gap the account is looked through by the scan; that comes before it counts as followed.
        bool gap = account.Seen || isFollowing();
        account.Look(await watch.LookAsync().ConfigureAwait(false), server.Settings.WatchInterval);
        if (gap)
        {
            sink.AccountChanged(account.Name);
        }

        account.Live = true;
        Interlocked.Increment(ref server.Listening);
        try
        {
            for (int looks = 0; !account.Partly || looks < LooksWithoutNotify; looks++)
            {
                await watch.ListenAsync(server.LookEvery * (0.75 + (0.25 * Random.Shared.NextDouble())), token).ConfigureAwait(false);
                token.ThrowIfCancellationRequested();
                if (account.Look(await watch.LookAsync().ConfigureAwait(false), server.Settings.WatchInterval))
                {
                    sink.AccountChanged(account.Name);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref server.Listening);
            account.Live = false;
            sink.AccountChanged(account.Name);
        }
    }

    /// <summary>A further folder, where IDLE tells of one only.</summary>
    private async Task KeepFolderAsync(string folder, CancellationToken token)
    {
        for (int failures = 1; !token.IsCancellationRequested; failures++)
        {
            try
            {
                await server.UseAsync(account.Name, async (connection, traits) =>
                {
                    var watch = new WatchConnection(connection, traits, (change, key) => Hear(connection, change, key));
                    await watch.SelectAsync(folder).ConfigureAwait(false);
                    sink.AccountChanged(account.Name);
                    failures = 0;
                    Interlocked.Increment(ref server.Listening);
                    try
                    {
                        while (true)
                        {
                            await watch.ListenAsync(server.LookEvery, token).ConfigureAwait(false);
                        }
                    }
                    finally
                    {
                        Interlocked.Decrement(ref server.Listening);
                    }
                }, token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ImapException or MailBackupException or OperationCanceledException)
            {
                await Task.Delay(WatchPause.After(failures + 1, WatchPause.IsRefusal(e)), token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Hear(ImapConnection connection, WatchedChange change, string? folder)
    {
        account.Touch();
        if (change == WatchedChange.Folder && !(connection.Capabilities.Has("CONDSTORE") || connection.Capabilities.Has("QRESYNC")))
        {
            // Without tokens all folders would have to be listed.
            sink.FolderChanged(account.Name, FolderKind.Mail, folder!);
            return;
        }

        sink.AccountChanged(account.Name);
    }
}
