using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>Lists folders and messages of one account on one connection, which stays open between the two and is made anew when it broke.</summary>
internal sealed class ListingSession(string account, ImapConnector connector, SemaphoreSlim permits, CancellationToken end) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private ImapConnection? _connection;
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

            return await new FolderLister(connection, traits).ListAsync().ConfigureAwait(false);
        },
        token);

    /// <summary>Throws <see cref="ImapException"/>; a connection that has been idle too long is replaced before the first message.</summary>
    public async IAsyncEnumerable<SourceItem> ListItemsAsync(SourceFolder folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        using var abort = token.UnsafeRegister(static s => ((ListingSession)s!)._connection?.Abort("stopped"), this);
        bool whole = false;
        try
        {
            bool fresh = _connection is null;
            var lister = await StartAsync(folder, token).ConfigureAwait(false);
            bool more;
            try
            {
                more = await lister.MoveNextAsync().ConfigureAwait(false);
            }
            catch (ImapConnectionException e) when (!fresh && e is not ImapProtocolException)
            {
                await lister.DisposeAsync().ConfigureAwait(false);
                Drop();
                lister = await StartAsync(folder, token).ConfigureAwait(false);
                more = await lister.MoveNextAsync().ConfigureAwait(false);
            }

            await using (lister.ConfigureAwait(false))
            {
                for (; more; more = await lister.MoveNextAsync().ConfigureAwait(false))
                {
                    yield return lister.Current;
                }
            }

            whole = true;
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

    private async Task<T> UseAsync<T>(Func<ImapConnection, ServerTraits, Task<T>> work, CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            bool fresh = _connection is null;
            try
            {
                return await TryAsync(work, token).ConfigureAwait(false);
            }
            catch (ImapConnectionException e) when (!fresh && e is not ImapProtocolException)
            {
                Drop();
                return await TryAsync(work, token).ConfigureAwait(false);
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

    private async Task<IAsyncEnumerator<SourceItem>> StartAsync(SourceFolder folder, CancellationToken token)
    {
        var connection = await OpenAsync(token).ConfigureAwait(false);
        var traits = await connector.TraitsAsync(connection).ConfigureAwait(false);
        return new MessageLister(connection, traits, folder).ListAsync(token).GetAsyncEnumerator(token);
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
