using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>Lists folders and messages of one account on one connection, which stays open between the two and is made anew when it broke.</summary>
internal sealed class ListingSession(string account, ImapConnector connector, SemaphoreSlim permits, CancellationToken end) : IAsyncDisposable
{
    private const int Attempts = 4;

    private readonly SemaphoreSlim _one = new(1, 1);
    private ImapConnection? _connection;
    private volatile CancellationTokenSource? _ahead;
    private bool _permitted, _closed;

    /// <summary>Throws <see cref="ImapException"/>.</summary>
    public Task<IReadOnlyList<SourceFolder>> ListFoldersAsync(CancellationToken token) => UseAsync(
        async (connection, traits) =>
        {
            if (connection.Selected is not null)
            {
                // Of an open folder the server says what this session has seen of it, not what is there now (RFC 9051 §6.3.11). Opened read-only, closing removes nothing.
                await connection.RunAsync(connection.Capabilities.Has("UNSELECT") ? "UNSELECT" : "CLOSE").ConfigureAwait(false);
                connection.Selected = null;
            }

            return await new FolderLister(connection, traits, connector.Settings.OwnerNames(account)).ListAsync().ConfigureAwait(false);
        },
        token);

    /// <summary>The same before anybody asks for it; <see cref="Pass"/> ends it.</summary>
    public Task<IReadOnlyList<SourceFolder>> ListFoldersAheadAsync()
    {
        Pass();
        var passed = new CancellationTokenSource();
        _ahead = passed;
        return Task.Run(() => ListFoldersAsync(passed.Token), CancellationToken.None);
    }

    /// <summary>Nobody asks for what is being listed ahead any more: a server that is silent about this account must not hold up whoever is next.</summary>
    public void Pass() => _ahead?.Cancel();

    /// <summary>What has changed in a folder, or null when it has to be listed whole. Throws <see cref="ImapException"/>.</summary>
    public Task<FolderChanges?> ListChangesAsync(SourceFolder folder, FolderToken since, IReadOnlyCollection<string> known, CancellationToken token) => UseAsync(
        (connection, traits) => new ChangeLister(connection, traits, folder, known).ListAsync(since), token);

    /// <summary>Sizes and headers of messages of a folder, as far as the server tells them. Throws <see cref="ImapException"/>.</summary>
    public Task<IReadOnlyList<SourceHeader>> ReadHeadersAsync(SourceFolder folder, uint validity, IReadOnlyDictionary<uint, string> keys, CancellationToken token) => UseAsync(
        (connection, _) => new HeaderReader(connection, folder).ReadAsync(validity, keys), token);

    /// <summary>
    /// Throws <see cref="ImapFolderException"/> when only this folder cannot be read, else <see cref="ImapException"/>. After a lost connection, or when the server
    /// says "later", it goes on where it stopped.
    /// </summary>
    public async IAsyncEnumerable<SourceItem> ListItemsAsync(SourceFolder folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        using var abort = token.UnsafeRegister(static s => ((ListingSession)s!)._connection?.Abort("stopped"), this);
        bool whole = false;
        try
        {
            MessageLister? lister = null;
            for (int attempt = 1; !whole; attempt++)
            {
                var connection = await OpenAsync(token).ConfigureAwait(false);
                lister ??= new MessageLister(await connector.TraitsAsync(connection).ConfigureAwait(false), folder);
                ImapException? failure = null;
                var items = lister.ListAsync(connection, token).GetAsyncEnumerator(token);
                await using (items.ConfigureAwait(false))
                {
                    while (failure is null && !whole)
                    {
                        try
                        {
                            whole = !await items.MoveNextAsync().ConfigureAwait(false);
                        }
                        catch (ImapException e)
                        {
                            failure = e;
                        }

                        if (failure is null && !whole)
                        {
                            yield return items.Current;
                        }
                    }
                }

                if (failure is not null)
                {
                    await RecoverAsync(failure, attempt, token).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (!whole || _closed)
            {
                // Somebody stopped in the middle of an answer, or needs it no more.
                Drop();
            }

            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        _closed = true;
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.LogoutAsync().ConfigureAwait(false);
        }

        Drop();
        _one.Release();
    }

    /// <summary>Waits for another attempt, where one may help; else throws.</summary>
    private async Task RecoverAsync(ImapException failure, int attempt, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (failure is ImapConnectionException)
        {
            Drop();
        }

        if (attempt >= Attempts || !IsWorthATry(failure))
        {
            throw new ImapFolderException(failure);
        }

        await connector.PauseAsync(attempt, token).ConfigureAwait(false);
    }

    private static bool IsWorthATry(ImapException e) => e is ImapCommandException c ? Backoff.IsTransient(c) : e is ImapConnectionException and not (ImapProtocolException or ImapSilenceException);

    private async Task<T> UseAsync<T>(Func<ImapConnection, ServerTraits, Task<T>> work, CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return await TryAsync(work, token).ConfigureAwait(false);
                }
                catch (ImapException e) when (attempt < Attempts && _connection is not null && IsWorthATry(e))
                {
                    // Idle for too long, busy just now. What cannot be reached at all has been tried often enough.
                    if (e is ImapConnectionException)
                    {
                        Drop();
                    }
                }

                await connector.PauseAsync(attempt, token).ConfigureAwait(false);
            }
        }
        catch
        {
            Drop();
            throw;
        }
        finally
        {
            if (_closed)
            {
                Drop();
            }

            _one.Release();
        }
    }

    private async Task<T> TryAsync<T>(Func<ImapConnection, ServerTraits, Task<T>> work, CancellationToken token)
    {
        var connection = await OpenAsync(token).ConfigureAwait(false);
        using (token.UnsafeRegister(static c => ((ImapConnection)c!).Abort("stopped"), connection))
        {
            return await work(connection, await connector.TraitsAsync(connection).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task<ImapConnection> OpenAsync(CancellationToken token)
    {
        if (!_permitted)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(token, end);
            await permits.WaitAsync(either.Token).ConfigureAwait(false);
            _permitted = true;
        }

        return _connection ??= await connector.OpenAsync(account, token).ConfigureAwait(false);
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
        if (_permitted)
        {
            _permitted = false;
            permits.Release();
        }
    }
}
