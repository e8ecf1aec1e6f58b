using MailBackup.Model;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Writes into one account, one thing at a time, on a connection of its own.</summary>
internal sealed class AccountWriter(string account, ImapConnector connector) : IAsyncDisposable
{
    private const int Attempts = 3;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, FolderContents> _contents = new(StringComparer.Ordinal);
    private ImapConnection? _connection;
    private ServerTraits? _traits;
    private Dictionary<string, SourceFolder>? _folders;
    private char? _separator;
    private string _prefix = "";

    /// <summary>Throws when the account cannot be opened.</summary>
    public Task OpenAsync(CancellationToken token) => RunAsync(async _ =>
    {
        await FoldersAsync().ConfigureAwait(false);
        return true;
    }, token);

    /// <summary>True when it was made.</summary>
    public Task<bool> EnsureFolderAsync(RestoreFolder folder, CancellationToken token) => RunAsync(async _ =>
    {
        var folders = await FoldersAsync().ConfigureAwait(false);
        if (Find(folders, folder) is not null)
        {
            return false;
        }

        string key = NewKey(folder);
        await CreateAsync(key, folder.Attributes).ConfigureAwait(false);
        folders[folder.Path] = new SourceFolder { Path = folder.Path, Kind = FolderKind.Mail, Key = key };
        return true;
    }, token);

    public Task<RestoredItem> RestoreAsync(RestoreFolder folder, RestoreItem item, CancellationToken token) => RunAsync(async attempt =>
    {
        var folders = await FoldersAsync().ConfigureAwait(false);
        string key = Find(folders, folder)?.Key ?? throw new MailBackupException(
            ErrorIds.FolderNotFound, $"{account} has no folder {folder.Path}.", "Make the folder before restoring into it.", folder.Path);
        var content = await WireContent.ReadAsync(item, token).ConfigureAwait(false);
        CheckLimit(content);
        var contents = await ContentsAsync(key).ConfigureAwait(false);
        if (await contents.TakeSameAsync(content, token).ConfigureAwait(false) is { } same)
        {
            var there = await contents.FindAsync(same).ConfigureAwait(false);

            // After a lost connection it is our own that is found.
            return new RestoredItem(AlreadyThere: attempt == 1, there?.Key ?? "", there?.Date ?? item.State.Date);
        }

        return await AppendAsync(contents, key, content, item.State, token).ConfigureAwait(false);
    }, token);

    /// <summary>How many were not subscribed to yet.</summary>
    public Task<int> SubscribeAsync(IReadOnlyList<string> names, CancellationToken token) => RunAsync(async _ =>
    {
        var folders = await FoldersAsync().ConfigureAwait(false);
        string? known = null;
        folders.GetValueOrDefault(FolderNames.Inbox)?.Attributes?.TryGetValue(SourceFolder.Mountpoints, out known);
        var there = (known ?? "").Split('\n').ToHashSet(StringComparer.Ordinal);
        int added = 0;
        foreach (string name in names.Where(n => n.Length > 0 && !there.Contains(n)))
        {
            await _connection!.RunAsync($"SUBSCRIBE {ImapCommand.Quote(FolderNames.ToWire(name, _connection.Utf8))}").ConfigureAwait(false);
            added++;
        }

        return added;
    }, token);

    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.LogoutAsync().ConfigureAwait(false);
        }

        _one.Release();
    }

    /// <summary>
    /// Tries again on a new connection when one is lost. Whether the last command had been carried out is then unknown, so everything known of the folders is
    /// forgotten and learned anew.
    /// </summary>
    private async Task<T> RunAsync<T>(Func<int, Task<T>> work, CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    _connection ??= await connector.OpenAsync(account, token).ConfigureAwait(false);
                    _traits = await connector.TraitsAsync(_connection).ConfigureAwait(false);
                    using var abort = token.UnsafeRegister(static c => ((ImapConnection)c!).Abort("stopped"), _connection);
                    return await work(attempt).ConfigureAwait(false);
                }
                catch (ImapConnectionException) when (attempt < Attempts && !token.IsCancellationRequested && _connection is not null)
                {
                    Forget();
                }
                catch (Exception e)
                {
                    if (e is not ImapCommandException and not MailBackupException)
                    {
                        Forget();
                    }

                    token.ThrowIfCancellationRequested();
                    throw;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private void Forget()
    {
        _connection?.Dispose();
        _connection = null;
        _folders = null;
        _contents.Clear();
    }

    private async Task<Dictionary<string, SourceFolder>> FoldersAsync()
    {
        if (_folders is null)
        {
            var lister = new FolderLister(_connection!, _traits!);
            _folders = (await lister.ListAsync().ConfigureAwait(false)).ToDictionary(f => f.Path, StringComparer.Ordinal);
            (_separator, _prefix) = (lister.Separator, lister.Prefix);
        }

        return _folders;
    }

    private async Task<FolderContents> ContentsAsync(string key)
    {
        if (!_contents.TryGetValue(key, out var contents))
        {
            contents = new FolderContents(_connection!, _traits!, key);
            await contents.OpenAsync().ConfigureAwait(false);
            _contents[key] = contents;
        }
        else if (_connection!.Selected != key)
        {
            await _connection.RunAsync($"SELECT {ImapCommand.Quote(FolderNames.ToWire(key, _connection.Utf8))}").ConfigureAwait(false);
            _connection.Selected = key;
        }

        return contents;
    }

    private static SourceFolder? Find(Dictionary<string, SourceFolder> folders, RestoreFolder folder) =>
        folders.GetValueOrDefault(folder.Path)
        ?? (folder.Path.Equals(FolderNames.Inbox, StringComparison.OrdinalIgnoreCase) ? folders.GetValueOrDefault(FolderNames.Inbox) : null);

    /// <summary>The name that the backup knows, where it means this path on this server, else one made of the path.</summary>
    private string NewKey(RestoreFolder folder)
    {
        if (folder.Key is { Length: > 0 } known && FolderNames.ToPath(known, _separator) == folder.Path && known.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return known;
        }

        string key = FolderNames.FromPath(folder.Path, _separator);
        return key.StartsWith(_prefix, StringComparison.OrdinalIgnoreCase) ? key : _prefix + key;
    }

    private async Task CreateAsync(string key, IReadOnlyDictionary<string, string>? attributes)
    {
        string name = ImapCommand.Quote(FolderNames.ToWire(key, _connection!.Utf8));
        string? use = null;
        attributes?.TryGetValue(FolderLister.SpecialUse, out use);
        bool withUse = use is { Length: > 0 } && _connection.Capabilities.Has("CREATE-SPECIAL-USE");
        try
        {
            await _connection.RunAsync(withUse ? $"CREATE {name} (USE ({use}))" : $"CREATE {name}").ConfigureAwait(false);
        }
        catch (ImapCommandException e) when (e.Is("ALREADYEXISTS"))
        {
            // Somebody made it in this moment.
        }
        catch (ImapCommandException e) when (withUse && e.Status.Kind == StatusKind.No)
        {
            // Another folder has the use already (RFC 6154 §3); then this one is a plain one.
            await _connection.RunAsync($"CREATE {name}").ConfigureAwait(false);
        }

        if (attributes is not null && attributes.ContainsKey(FolderLister.Subscribed))
        {
            await _connection.RunAsync($"SUBSCRIBE {name}").ConfigureAwait(false);
        }
    }

    private void CheckLimit(WireContent content)
    {
        if (_connection!.Capabilities.AppendLimit is { } limit && content.Length > limit)
        {
            throw new MailBackupException(
                ErrorIds.ItemRestoreFailed, $"{account}: the message has {content.Length} bytes, and the server takes {limit} at most.",
                "Raise the server's limit, then restore again: what is there already is kept.", account);
        }
    }

    private async Task<RestoredItem> AppendAsync(FolderContents contents, string key, WireContent content, ItemState state, CancellationToken token)
    {
        var connection = _connection!;
        var keywords = state.Tags.Where(ImapFlags.IsKeyword).ToList();
        var unkept = contents.Unkept(keywords).Concat(state.Tags.Where(t => !ImapFlags.IsKeyword(t))).ToList();
        string flags = string.Join(' ', ImapFlags.Names(state.Flags).Concat(keywords.Except(unkept, StringComparer.Ordinal)));
        bool binary = content.HasNul && connection.Capabilities.Has("BINARY");
        string command = $"APPEND {ImapCommand.Quote(FolderNames.ToWire(key, connection.Utf8))} ({flags}) {ImapDate.Format(state.Date)}{(binary ? " ~" : " ")}";
        StatusLine status;
        var stream = await content.OpenAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            status = await connection.RunAsync(command, stream, content.Length).ConfigureAwait(false);
        }

        string? note = unkept.Count == 0 ? null : $"the server keeps no keywords {string.Join(' ', unkept)}.";
        var parts = status.Arguments.Split(' ');
        if (status.Is("APPENDUID") && parts.Length == 2 && uint.TryParse(parts[1], out uint uid)
            && await contents.FindAsync(uid).ConfigureAwait(false) is { } there)
        {
            return new RestoredItem(AlreadyThere: false, there.Key, there.Date, note);
        }

        // Where it is the server does not say; the next scan finds it by its content.
        return new RestoredItem(AlreadyThere: false, "", state.Date, note);
    }
}
