using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Imap.Restoring;
using MailBackup.Sources.Maildir.Restoring;

namespace MailBackup.Archives.Importing;

/// <summary>
/// What an import does to items that are in the account already. Nothing is removed or replaced before the backup has given back the very bytes that
/// are there, and a message's new content is on the disk before its old goes.
/// </summary>
/// <param name="add">Puts a new message in.</param>
internal sealed class LiveChanges(
    IMailSource source, string account, BackupProof proof, Action<string> warn, Func<PreparedItem, CancellationToken, ValueTask> add)
{
    private const int Removals = 256;

    private readonly List<(SourceFolder Folder, SourceItem Item)> _replaced = [];
    private readonly IMailboxEditor _editor = source.Editor!;

    /// <summary>True when flags, keywords or date of a message are not the archive's. A server may keep dates to the second.</summary>
    public static bool Differs(SourceFolder folder, LiveItem live, PreparedItem item) =>
        folder.Kind == FolderKind.Mail && !item.IsBare
        && (live.Item.Flags != item.State.Flags || (live.Item.Date - item.State.Date).Duration() >= TimeSpan.FromSeconds(1)
            || !live.Item.Tags.Order(StringComparer.OrdinalIgnoreCase).SequenceEqual(item.State.Tags.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase));

    public static async ValueTask<bool> SameContentAsync(
        IMailSource source, string account, SourceFolder folder, LiveItem live, PreparedItem item, CancellationToken stop)
    {
        await using var there = await source.OpenAsync(account, folder, live.Item, stop).ConfigureAwait(false);
        if (there is null)
        {
            throw Gone(folder, live);
        }

        await using var content = await item.Item.OpenContent(stop).ConfigureAwait(false);
        await using var wanted = source.KeepsLineEnds || folder.Kind != FolderKind.Mail ? content : new LineEndStream(content);
        return await ContentComparer.SameAsync(there.Stream, wanted, stop).ConfigureAwait(false);
    }

    /// <summary>Flags, keywords and date. False when there was nothing to change.</summary>
    public async ValueTask<bool> ModifyAsync(SourceFolder folder, LiveItem live, PreparedItem item, CancellationToken stop)
    {
        if (!Differs(folder, live, item))
        {
            return false;
        }

        var changed = await _editor.ChangeAsync(account, folder, live.Item, item.State, stop).ConfigureAwait(false) ?? throw Gone(folder, live);
        if (changed.Note is { } note)
        {
            warn($"{folder.Path}/{changed.Key}: {note}");
        }

        return !changed.AlreadyThere;
    }

    /// <summary>Content too. False when there was nothing to change.</summary>
    public async ValueTask<bool> ReplaceAsync(SourceFolder folder, LiveItem live, PreparedItem item, CancellationToken stop)
    {
        if (await SameContentAsync(source, account, folder, live, item, stop).ConfigureAwait(false))
        {
            return await ModifyAsync(folder, live, item, stop).ConfigureAwait(false);
        }

        await ProveAsync(folder, live.Item, stop).ConfigureAwait(false);
        if (folder.Kind != FolderKind.Mail)
        {
            _ = await _editor.ReplaceAsync(account, folder, live.Item, item.Item, stop).ConfigureAwait(false) ?? throw Gone(folder, live);
            return true;
        }

        // An archive that knows of no flags takes none away.
        var state = item.IsBare ? item.State with { Flags = live.Item.Flags, Tags = live.Item.Tags } : item.State;
        await add(item with { Item = item.Item with { State = state } }, stop).ConfigureAwait(false);
        _replaced.Add((folder, live.Item));
        if (_replaced.Count >= Removals)
        {
            await RemoveReplacedAsync().ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Removes an item that the backup holds. False when it has gone by itself. Throws <c>ItemNotInBackup</c>.</summary>
    public async ValueTask<bool> RemoveAsync(SourceFolder folder, SourceItem item, CancellationToken stop)
    {
        await ProveAsync(folder, item, stop).ConfigureAwait(false);
        return await _editor.RemoveAsync(account, folder, item, stop).ConfigureAwait(false);
    }

    /// <summary>Also to be called when the import is stopped or fails: the old of what is in anew goes.</summary>
    public async ValueTask RemoveReplacedAsync()
    {
        if (_replaced.Count == 0)
        {
            return;
        }

        await source.RestoreTarget!.FlushAsync(account, CancellationToken.None).ConfigureAwait(false);
        foreach (var (folder, item) in _replaced)
        {
            await _editor.RemoveAsync(account, folder, item, CancellationToken.None).ConfigureAwait(false);
        }

        _replaced.Clear();
    }

    private async ValueTask ProveAsync(SourceFolder folder, SourceItem item, CancellationToken stop)
    {
        if (!await proof.HoldsAsync(folder, item, stop).ConfigureAwait(false))
        {
            throw new MailBackupException(
                ErrorIds.ItemNotInBackup, $"{folder.Path}/{item.Key} is not in the backup as it is on the server, so it was not removed.",
                "See why the scan could not save it, then import again.", item.Key);
        }
    }

    private static MailBackupException Gone(SourceFolder folder, LiveItem live) => new(
        ErrorIds.ItemRestoreFailed, $"{folder.Path}/{live.Item.Key} was changed or removed on the server meanwhile.",
        "Import again: what is done stays done.", live.Item.Key);
}
