using System.Collections.Concurrent;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;
using MailBackup.Sources.Imap.Restoring;

namespace MailBackup.Sources.Imap;

/// <summary>
/// Any IMAP server (RFC 3501, RFC 9051), reached over the network as an administrator who acts for each account. Folders are opened read-only and contents
/// without marking them seen: nothing is changed.
/// </summary>
public sealed class ImapSource : IMailSource
{
    private readonly ImapSettings _settings;
    private readonly ImapAccounts _accounts;
    private readonly Func<string?, ProvisioningSnapshot?>? _provisioning;
    private readonly ImapConnector _connector;
    private readonly ConnectionPermits _permits;
    private readonly AccountReadAhead _listing;
    private readonly ConcurrentDictionary<string, Lazy<ContentReader>> _readers = new(StringComparer.Ordinal);
    private readonly Endings _endings = new();
    private readonly ImapRestoreTarget _target;

    /// <summary>Connects nowhere yet. Throws <c>ConfigurationInvalid</c>.</summary>
    /// <param name="provisioning">Reads the directory, given the token of the last reading; null when there is none.</param>
    public ImapSource(SourceConfiguration configuration, Func<string?, ProvisioningSnapshot?>? provisioning = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _settings = ImapSettings.From(configuration);
        _provisioning = provisioning;
        _accounts = new ImapAccounts(configuration.ImapAccounts, provisioning);
        _connector = new ImapConnector(_settings);
        int listing = _settings.MaxConnections / 2;
        _listing = new AccountReadAhead(_connector, listing);
        _permits = new ConnectionPermits(_settings.MaxConnections - listing);
        _target = new ImapRestoreTarget(_connector, _settings.MaxConnections);
    }

    public string Description => _settings.Url;

    public IRestoreTarget? RestoreTarget => _target;

    public IFolderSharing? Sharing => _target.Sharing;

    public bool KeepsLineEnds => false;

    public IMailboxEditor? Editor => new ImapEditor(_target);

    public IProvisioningTarget? ProvisioningTarget { get; init; }

    public IChangeFeed OpenChanges() => new Watching.ImapChangeFeed(_settings, _accounts);

    public ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return new(_provisioning?.Invoke(knownToken));
    }

    public ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return new(_accounts.List());
    }

    public void ExpectAccounts(IReadOnlyList<string> accounts)
    {
        // What the run before has left: a reader that broke would fail for ever, and what is read ahead for a run that was cut nobody takes any more.
        CloseReaders((_, reader) => reader.IsBroken || !reader.IsIdle);
        _listing.Expect(accounts);
    }

    public void Forget(string account) => _listing.Forget(account);

    public async ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(account);
        // Those of accounts that have been gone through; of this one, a look anew is also another attempt to read.
        CloseReaders((name, reader) => name == account ? reader.IsBroken : reader.IsIdle);
        try
        {
            return await _listing.ListFoldersAsync(account, token).ConfigureAwait(false);
        }
        catch (ImapException e)
        {
            token.ThrowIfCancellationRequested();
            throw ImapErrors.Unreadable(_settings, account, e);
        }
    }

    public async IAsyncEnumerable<SourceItem> ListItemsAsync(
        string account, SourceFolder folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var items = _listing.Session(account).ListItemsAsync(folder, token).GetAsyncEnumerator(token);
        await using (items.ConfigureAwait(false))
        {
            while (await NextAsync().ConfigureAwait(false))
            {
                yield return items.Current;
            }
        }

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await items.MoveNextAsync().ConfigureAwait(false);
            }
            catch (ImapException e)
            {
                token.ThrowIfCancellationRequested();
                throw e is ImapFolderException ? ImapErrors.Unreadable(_settings, folder, e) : ImapErrors.Unreadable(_settings, account, e);
            }
        }
    }

    public async ValueTask<FolderChanges?> ListChangesAsync(
        string account, SourceFolder folder, string since, IReadOnlyCollection<string> known, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (FolderToken.Parse(since) is not { } from)
        {
            return null;
        }

        try
        {
            return await _listing.Session(account).ListChangesAsync(folder, from, known, token).ConfigureAwait(false);
        }
        catch (ImapException)
        {
            // The whole listing, which is tried next, tells what is wrong.
            token.ThrowIfCancellationRequested();
            return null;
        }
    }

    public async ValueTask<IReadOnlyList<SourceHeader>> ReadHeadersAsync(
        string account, SourceFolder folder, IReadOnlyList<SourceItem> items, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(items);
        var keys = new Dictionary<uint, string>();
        uint validity = 0;
        foreach (string key in items.Select(i => i.Key))
        {
            if (ImapKey.Parse(key) is var (stated, uid))
            {
                validity = stated;
                keys[uid] = key;
            }
        }

        try
        {
            return keys.Count == 0 ? [] : await _listing.Session(account).ReadHeadersAsync(folder, validity, keys, token).ConfigureAwait(false);
        }
        catch (ImapException)
        {
            // Reading the whole messages, which comes next, tells what is wrong.
            token.ThrowIfCancellationRequested();
            return [];
        }
    }

    public bool KnowsCopies => true;

    public bool MailboxesAreChosen => true;

    /// <summary>Off the list, an account is gone when the server no longer lets the administrator act for it, though it does for one that is on the list.</summary>
    public async ValueTask<bool> IsGoneAsync(string account, CancellationToken token)
    {
        foreach (string living in _accounts.List().Take(3))
        {
            if (await _connector.RefusesAsync(account, living, token).ConfigureAwait(false) is { } refuses)
            {
                return refuses;
            }
        }

        return false;
    }

    public void ExpectContent(string account, SourceFolder folder, SourceItem item)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(item);
        Reader(account).Expect(folder, item);
    }

    public ValueTask<SourceContent?> OpenAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(item);
        return Reader(account).OpenAsync(folder, item, token);
    }

    public string StableKeyOf(FolderKind kind, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ImapKey.Stable(key);
    }

    public bool MayBeSame(string recorded, string listed)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(listed);
        return ImapKey.MayBeSame(recorded, listed);
    }

    /// <summary>A folder's changes are told by UIDs, and of two copies of a mail nothing else tells one from the other.</summary>
    public bool KeysAreCurrent => true;

    public async ValueTask DisposeAsync()
    {
        await _listing.DisposeAsync().ConfigureAwait(false);
        foreach (var reader in _readers.Values)
        {
            await reader.Value.DisposeAsync().ConfigureAwait(false);
        }

        await _endings.WaitAsync().ConfigureAwait(false);
        await _target.DisposeAsync().ConfigureAwait(false);
        _connector.Dispose();
    }

    private ContentReader Reader(string account) => _readers.GetOrAdd(account, a => new(() => new ContentReader(a, _connector, _permits))).Value;

    /// <summary>Nobody waits for their ends; whoever asks for contents of such an account gets a new one.</summary>
    private void CloseReaders(Func<string, ContentReader, bool> which)
    {
        foreach (var (account, reader) in _readers)
        {
            if (which(account, reader.Value) && _readers.TryRemove(account, out var ended))
            {
                _endings.Add(ended.Value);
            }
        }
    }
}
