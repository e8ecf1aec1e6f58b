using System.Security.Cryptography;
using MailBackup.Maintenance.Checking;
using MailBackup.Model;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Fetches contents again from the mail server: of every living item that names a wanted content, of whichever account. What the server has counts only when it
/// still has the item's very digest.
/// </summary>
internal sealed class LiveContent(BackupLayout layout, IMailSource source, StoreWriter store, Action<string> warn)
{
    public async Task<long> FetchAsync(HashSet<Digest> wanted, CancellationToken stop)
    {
        long before = wanted.Count;
        using var intake = new ContentIntake(store.Blobs);
        var registry = AccountRegistry.Load(layout);
        foreach (var (id, stat) in registry.Stats.Where(s => !s.Value.Deleted))
        {
            if (wanted.Count == 0)
            {
                break;
            }

            var folders = new Dictionary<long, ItemState>();
            var items = Candidates(id, wanted, folders, stop);
            if (items.Count == 0)
            {
                continue;
            }

            try
            {
                await FetchAsync(stat.Name, items, folders, wanted, intake, stop).ConfigureAwait(false);
            }
            catch (MailBackupException e) when (e.ErrorId is not ErrorIds.BackupPathFull and not ErrorIds.BackupPathNotWritable)
            {
                warn($"{stat.Name} could not be asked for content: {e.Message}");
            }
        }

        return before - wanted.Count;
    }

    /// <summary>Items whose latest state is not deleted and names a wanted content; fills in the latest state of every folder.</summary>
    private List<ItemState> Candidates(Guid id, HashSet<Digest> wanted, Dictionary<long, ItemState> folders, CancellationToken stop)
    {
        var items = new Dictionary<long, ItemState>();
        foreach (var transaction in AffectedItems.Transactions(layout, id, stop))
        {
            if (transaction.State is { Type: ItemType.Folder } folder)
            {
                folders[transaction.Item.Value] = folder;
            }
            else if (transaction.State is { } state && ContentNames.Of(state).Any(n => wanted.Contains(n.Digest)))
            {
                items[transaction.Item.Value] = state;
            }
            else
            {
                items.Remove(transaction.Item.Value);
            }
        }

        return [.. items.Values];
    }

    private async Task FetchAsync(
        string account, List<ItemState> items, Dictionary<long, ItemState> folders, HashSet<Digest> wanted, ContentIntake intake, CancellationToken stop)
    {
        foreach (var folder in await source.ListFoldersAsync(account, stop).ConfigureAwait(false))
        {
            var here = items.Where(i => i.Folder is { } f && folders.TryGetValue(f.Value, out var state) && state.Subject == folder.Path && FolderState.KindOf(state) == folder.Kind)
                .ToLookup(i => source.StableKeyOf(folder.Kind, i.Key), StringComparer.Ordinal);
            if (here.Count == 0)
            {
                continue;
            }

            await foreach (var item in source.ListItemsAsync(account, folder, stop).ConfigureAwait(false))
            {
                foreach (var state in here[item.StableKey].Where(s => ContentNames.Of(s).Any(n => wanted.Contains(n.Digest))))
                {
                    await TakeAsync(account, folder, item, state, wanted, intake, stop).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Reads it twice: content that is another one by now must not get into the store.</summary>
    private async Task TakeAsync(
        string account, SourceFolder folder, SourceItem item, ItemState state, HashSet<Digest> wanted, ContentIntake intake, CancellationToken stop)
    {
        try
        {
            var first = await source.OpenAsync(account, folder, item, stop).ConfigureAwait(false);
            if (first is null)
            {
                return;
            }

            await using (first.ConfigureAwait(false))
            {
                if (new Digest(await SHA256.HashDataAsync(first.Stream, stop).ConfigureAwait(false)) != state.Digest)
                {
                    return;
                }
            }

            var second = await source.OpenAsync(account, folder, item, stop).ConfigureAwait(false);
            if (second is null)
            {
                return;
            }

            await using (second.ConfigureAwait(false))
            {
                var stored = await intake.TakeAsync(second.Stream, second.Length, folder.Kind, item.StableKey, stop).ConfigureAwait(false);
                stored.Wait();
                foreach (var digest in (Digest?[])[stored.Header ?? stored.Digest, stored.Body])
                {
                    if (digest is { } known)
                    {
                        wanted.Remove(known);
                    }
                }
            }
        }
        catch (ItemReadException e)
        {
            warn($"{account}, {e.Path}: {e.Reason}.");
        }
    }
}
