using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Access lists over IMAP (RFC 4314).</summary>
internal sealed class ImapSharing(ImapRestoreTarget target, ImapSettings settings) : IFolderSharing
{
    /// <summary>Questions on their way at a time: few enough that neither side fills its buffers while the other writes.</summary>
    private const int AtOnce = 50;

    private static readonly string[] Words = ["anyone", "anonymous", "authenticated", "owner", "administrators", "nobody"];

    public async ValueTask<IReadOnlyDictionary<string, IReadOnlyList<FolderShare>>> ListAsync(string account, CancellationToken token)
    {
        var writer = (await target.WriterAsync(account).ConfigureAwait(false)).Connection;
        try
        {
            return await writer.RunAsync<IReadOnlyDictionary<string, IReadOnlyList<FolderShare>>>(() => ListAsync(writer, account), token).ConfigureAwait(false);
        }
        catch (ImapException e)
        {
            throw ImapErrors.Unreadable(settings, account, e);
        }
    }

    public async ValueTask GrantAsync(string account, string path, FolderShare share, string? insteadOf, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(share);
        await ChangeAsync(account, $"{path} cannot be shared with {share.Grantee}", async writer =>
        {
            RequireLists(writer);
            string key = (await writer.FoldersAsync().ConfigureAwait(false)).GetValueOrDefault(path)?.Key ?? throw new MailBackupException(
                ErrorIds.FolderNotFound, $"{account} has no folder {path}.", "Restore it first.", path);
            string folder = Quote(writer, key);

            // With a plus, what the grantee has already stays (RFC 4314 §3.1).
            await writer.Imap.RunAsync($"SETACL {folder} {ImapCommand.Quote(share.Grantee)} {ImapCommand.Quote("+" + share.Rights)}").ConfigureAwait(false);
            if (insteadOf is not null)
            {
                await writer.Imap.RunAsync($"DELETEACL {folder} {ImapCommand.Quote(insteadOf)}").ConfigureAwait(false);
            }
        }, token).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlySet<string>> FindAsync(string account, IReadOnlyCollection<string> mountpoints, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(mountpoints);
        var writer = (await target.WriterAsync(account).ConfigureAwait(false)).Connection;
        try
        {
            return await writer.RunAsync<IReadOnlySet<string>>(async () =>
            {
                var found = new HashSet<string>(StringComparer.Ordinal);
                foreach (string mountpoint in mountpoints)
                {
                    await writer.Imap.RunAsync($"LIST \"\" {Quote(writer, mountpoint)}", text =>
                    {
                        if (ResponseLine.Parse(text) is var line && line.Is("LIST"u8) && ListData.Parse(line.Body) is { CanBeOpened: true } folder
                            && FolderNames.ToKey(folder.Name, writer.Imap.Utf8) == mountpoint)
                        {
                            found.Add(mountpoint);
                        }
                    }).ConfigureAwait(false);
                }

                return found;
            }, token).ConfigureAwait(false);
        }
        catch (ImapException e)
        {
            throw ImapErrors.Unreadable(settings, account, e);
        }
    }

    public async ValueTask MoveMountpointAsync(string account, string from, string to, CancellationToken token) =>
        await ChangeAsync(account, $"{account} cannot be subscribed to {to}", async writer =>
        {
            await writer.Imap.RunAsync($"SUBSCRIBE {Quote(writer, to)}").ConfigureAwait(false);
            await writer.Imap.RunAsync($"UNSUBSCRIBE {Quote(writer, from)}").ConfigureAwait(false);
        }, token).ConfigureAwait(false);

    public bool IsReserved(string grantee) =>
        Words.Contains(grantee, StringComparer.OrdinalIgnoreCase) || grantee.Equals(settings.Administrator, StringComparison.OrdinalIgnoreCase);

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<FolderShare>>> ListAsync(WriterConnection writer, string account)
    {
        RequireLists(writer);
        var shares = new SortedDictionary<string, IReadOnlyList<FolderShare>>(StringComparer.Ordinal);
        var folders = (await writer.FoldersAsync().ConfigureAwait(false)).Values.ToDictionary(f => f.Key, StringComparer.Ordinal);
        string owner = settings.LoginOf(account);
        foreach (var some in folders.Keys.Chunk(AtOnce))
        {
            var tags = some.Select(k => writer.Imap.Send($"GETACL {Quote(writer, k)}")).ToList();
            foreach (string tag in tags)
            {
                await writer.Imap.WaitAsync(tag, text =>
                {
                    if (ResponseLine.Parse(text) is var line && line.IsUntagged && line.Is("ACL"u8) && AclData.Parse(line.Body) is var list
                        && folders.TryGetValue(FolderNames.ToKey(list.Folder, writer.Imap.Utf8), out var folder))
                    {
                        var entries = list.Entries.Where(e => !IsOwner(e.Identifier, owner, account)).Select(e => new FolderShare(e.Identifier, e.Rights)).ToList();
                        if (entries.Count > 0)
                        {
                            shares[folder.Path] = entries;
                        }
                    }
                }).ConfigureAwait(false);
            }
        }

        return shares;
    }

    private static bool IsOwner(string identifier, string login, string account) =>
        identifier.Equals("owner", StringComparison.OrdinalIgnoreCase) || identifier.Equals(login, StringComparison.OrdinalIgnoreCase)
        || identifier.Equals(account, StringComparison.OrdinalIgnoreCase);

    private void RequireLists(WriterConnection writer)
    {
        if (!writer.Imap.Capabilities.Has("ACL"))
        {
            throw new MailBackupException(
                ErrorIds.SharesUnsupported, $"{settings.Url} keeps no access lists (it does not offer ACL).", "Look at the shares with the server's own tools.", settings.Url);
        }
    }

    private async Task ChangeAsync(string account, string what, Func<WriterConnection, Task> change, CancellationToken token)
    {
        var writer = (await target.WriterAsync(account).ConfigureAwait(false)).Connection;
        try
        {
            await writer.RunAsync(async () =>
            {
                await change(writer).ConfigureAwait(false);
                return true;
            }, token).ConfigureAwait(false);
        }
        catch (ImapException e)
        {
            throw new MailBackupException(
                ErrorIds.ShareNotChanged, $"{account}: {what}: {(e is ImapCommandException ? "the server refuses: " : "")}{e.Message}.",
                "Look into the server's log, then try again: what is done stays done.", account, e);
        }
    }

    private static string Quote(WriterConnection writer, string key) => ImapCommand.Quote(FolderNames.ToWire(key, writer.Imap.Utf8));
}
