using System.Collections.Concurrent;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// Puts folders and messages back over IMAP. A message that a server has said OK to is durable there, so a flush has nothing to do. Contacts, appointments and
/// documents are none of IMAP's.
/// </summary>
internal sealed class ImapRestoreTarget(ImapConnector connector, int connections) : IRestoreTarget, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, AccountWriter> _writers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _restoring = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly ConcurrentBag<AccountWriter> _closed = [];

    /// <summary>Messages go out many at a time, and each costs a round trip if it goes alone.</summary>
    public int ItemsAtOnce => 64;

    public IFolderSharing Sharing => new ImapSharing(this, connector.Settings);

    public async ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(account);
        Count(account, 1);
        bool there = false;
        try
        {
            await (await WriterAsync(account).ConfigureAwait(false)).OpenAsync(token).ConfigureAwait(false);
            there = true;
        }
        catch (ImapCommandException e)
        {
            throw new MailBackupException(
                ErrorIds.SourceAccountNotFound,
                $"{account} cannot be opened at {connector.Settings.Url}: {e.Message}.",
                create ? "Accounts cannot be made over IMAP: make it on the server first, then restore again." : "Make the account on the server, then restore again.",
                account,
                e);
        }
        catch (ImapException e)
        {
            throw ImapErrors.Unreadable(connector.Settings, account, e);
        }
        finally
        {
            if (!there)
            {
                EndAccount(account);
            }
        }
    }

    public void EndAccount(string account) => Count(account, -1);

    public async ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RefuseOtherKinds(folder);
        return await GuardAsync(account, folder.Path, Writer(account).EnsureFolderAsync(folder, token)).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<string>> RestoreDetailsAsync(string account, RestoreFolder folder, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return await GuardAsync(account, folder.Path, Writer(account).RestoreDetailsAsync(folder, token)).ConfigureAwait(false);
    }

    public async ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(item);
        RefuseOtherKinds(folder);
        return await GuardAsync(account, folder.Path, Writer(account).RestoreAsync(folder, item, token)).ConfigureAwait(false);
    }

    public async ValueTask<int> AddMountpointsAsync(string account, IReadOnlyList<string> mountpoints, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(mountpoints);
        return await GuardAsync(account, "subscriptions", Writer(account).SubscribeAsync(mountpoints, token)).ConfigureAwait(false);
    }

    public ValueTask FlushAsync(string? account, CancellationToken token) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in Writers().Concat(_closed))
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Closes the connections of accounts that came before, as far as more would be open than may be. Never of one that is being restored: its writer knows which
    /// messages stand for a restored item already.
    /// </summary>
    public async ValueTask<AccountWriter> WriterAsync(string account)
    {
        while (TakeIdle(account) is { } idle)
        {
            // Somebody may be at work with it still, and opens it again.
            _closed.Add(idle);
            await idle.DisposeAsync().ConfigureAwait(false);
        }

        return Writer(account);
    }

    private AccountWriter? TakeIdle(string account)
    {
        lock (_lock)
        {
            if (_writers.Count < connections || _writers.ContainsKey(account) || _order.Find(a => !_restoring.ContainsKey(a)) is not { } oldest)
            {
                return null;
            }

            _order.Remove(oldest);
            _writers.Remove(oldest, out var idle);
            return idle;
        }
    }

    private AccountWriter Writer(string account)
    {
        lock (_lock)
        {
            if (!_writers.TryGetValue(account, out var writer))
            {
                _order.Add(account);
                _writers.Add(account, writer = new AccountWriter(account, connector));
            }

            return writer;
        }
    }

    private IReadOnlyList<AccountWriter> Writers()
    {
        lock (_lock)
        {
            return [.. _writers.Values];
        }
    }

    /// <summary>Restores that are under way in an account.</summary>
    private void Count(string account, int change)
    {
        lock (_lock)
        {
            int count = _restoring.GetValueOrDefault(account) + change;
            if (count > 0)
            {
                _restoring[account] = count;
            }
            else
            {
                _restoring.Remove(account);
            }
        }
    }

    public static async Task<T> GuardAsync<T>(string account, string folder, Task<T> work)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (ImapException e)
        {
            bool full = e is ImapCommandException { IsLimit: true };
            throw new MailBackupException(
                ErrorIds.ItemRestoreFailed,
                $"{account}, {folder}: {(e is ImapCommandException { Status: var said } ? $"the server refuses: {(said.Code.Length > 0 ? $"[{said.Code}] " : "")}" : "")}{e.Message}.",
                full ? "Raise the account's quota or the server's limit, then restore again: what is there already is kept."
                    : "Look into the server's log, then restore again: what is there already is kept.",
                folder,
                e);
        }
    }

    private static void RefuseOtherKinds(RestoreFolder folder)
    {
        if (folder.Kind != FolderKind.Mail)
        {
            throw new MailBackupException(
                ErrorIds.ItemRestoreFailed, $"{folder.Path} holds no mail, and an IMAP server takes nothing else.",
                "Export its items instead.", folder.Path);
        }
    }
}
