using System.Threading.Channels;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Compares an account of the source with what the backup knows of it and queues what differs. An account and a folder whose tokens have not changed
/// are skipped without listing. An account that is new is streamed; of one that is known, only the differences are held in memory.
/// </summary>
internal sealed class AccountLister(
    IMailSource source, ScanStore store, ScanCounts counts, ScanOptions options, ChannelWriter<ScanJob> order, ChannelWriter<ScanJob> fetch)
{
    /// <summary>Throws <c>SourceUnreadable</c>, <c>SourceSuddenlyEmpty</c>: then nothing of the account has been changed.</summary>
    public async Task ListAsync(ScanTarget target, CancellationToken token)
    {
        var (id, stat) = (target.Id, target.Stat);
        var folders = await source.ListFoldersAsync(stat.Name, token).ConfigureAwait(false);
        // A journal that is not as the last scan left it lacks (or has) items that the tokens know nothing of: an older copy was put back.
        if (!options.Deep && target.Folders is null && IsUnchanged(stat, folders) && JournalReader.EndsAt(store.Layout.ItemJournal(id), stat.Journal))
        {
            long items = stat.Folders.Sum(f => f.Items) + stat.Folders.Count;
            counts.Unchanged(items);
            counts.See(items);
            return;
        }

        var account = store.OpenAccount(id, stat);
        var pairs = Match(account, folders, target);
        long known = account.Stat.Folders.Sum(f => f.Items);
        var changes = new List<ScanJob>();
        if (known == 0)
        {
            await QueueFoldersAsync(account, pairs, token).ConfigureAwait(false);
            foreach (var (folder, sourceFolder, _) in pairs)
            {
                try
                {
                    await foreach (var item in source.ListItemsAsync(stat.Name, sourceFolder, token).ConfigureAwait(false))
                    {
                        counts.See(1);
                        await QueueAsync(NewItem(account, new ItemId(folder.Id), sourceFolder, item), token).ConfigureAwait(false);
                    }
                }
                catch (FolderReadException e)
                {
                    await order.WriteAsync(Unlisted(account, folder, e), token).ConfigureAwait(false);
                }
            }
        }
        else
        {
            var added = new List<ScanJob>();
            long listed = await CompareAsync(account, target, pairs, changes, added, token).ConfigureAwait(false);
            if (listed == 0 && !options.AllowEmpty)
            {
                throw SuddenlyEmpty(stat.Name, known);
            }

            await QueueFoldersAsync(account, pairs, token).ConfigureAwait(false);
            MatchMoved(account, added, changes);
            MatchCopies(account, added, changes);
            foreach (var job in changes)
            {
                await QueueAsync(job, token).ConfigureAwait(false);
            }

            foreach (var job in added)
            {
                await QueueAsync(job, token).ConfigureAwait(false);
            }
        }

        await order.WriteAsync(new ScanJob(account, ScanJobKind.AccountEnd), token).ConfigureAwait(false);
    }

    public static MailBackupException SuddenlyEmpty(string account, long items) => new(
        ErrorIds.SourceSuddenlyEmpty,
        $"{account} has nothing on the server, but {items} items in the backup.",
        "Look whether its file system is mounted; scan with --allow-empty if it really is empty. Nothing was flagged deleted.",
        account);

    private static bool IsUnchanged(AccountStat stat, IReadOnlyList<SourceFolder> folders)
    {
        // What realtime has counted towards a mass change is judged, and begun anew, by a scan that goes through the account.
        if (stat.Folders.Count != folders.Count || stat.Unfinished is not null)
        {
            return false;
        }

        // Both sides are in the source's order unless something changed.
        for (int i = 0; i < folders.Count; i++)
        {
            var known = stat.Folders[i];
            if (folders[i].Token is null || known.Token != folders[i].Token || known.Identity != folders[i].Identity || !FolderState.IsSame(known, folders[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Finds for each folder of the source the one that the backup knows: by path, else (renamed) by identity. What the source no longer has goes to
    /// <see cref="ScanAccount.VanishedFolders"/>; new folders get their item ids.
    /// </summary>
    private static List<(FolderStat Now, SourceFolder Source, FolderStat? Known)> Match(ScanAccount account, IReadOnlyList<SourceFolder> folders, ScanTarget target)
    {
        var left = account.Stat.Folders.ToDictionary(f => (f.Path, f.Kind));
        var pairs = new List<(FolderStat Now, SourceFolder Source, FolderStat? Known)>(folders.Count);
        var fresh = new List<int>();
        foreach (var folder in folders)
        {
            if (left.Remove((folder.Path, folder.Kind), out var known))
            {
                var now = FolderState.ToStat(new ItemId(known.Id), folder, known.Items);

                // A folder that is not looked at keeps its token: what changed in it meanwhile is left to the next scan.
                pairs.Add((target.IsWanted(folder) ? now : now with { Token = known.Token }, folder, known));
            }
            else
            {
                fresh.Add(pairs.Count);
                pairs.Add((null!, folder, null));
            }
        }

        foreach (int i in fresh)
        {
            var folder = pairs[i].Source;
            var renamed = folder.Identity is null ? null : left.Values.FirstOrDefault(f => f.Identity == folder.Identity && f.Kind == folder.Kind);
            if (renamed is not null)
            {
                left.Remove((renamed.Path, renamed.Kind));
            }

            var id = renamed is null ? account.TakeItemId() : new ItemId(renamed.Id);
            pairs[i] = (FolderState.ToStat(id, folder, renamed?.Items ?? 0), folder, renamed);
        }

        account.Folders = pairs.ConvertAll(p => p.Now);
        account.VanishedFolders.AddRange(left.Values.OrderByDescending(f => f.Path, StringComparer.Ordinal));
        return pairs;
    }

    private async Task QueueFoldersAsync(ScanAccount account, List<(FolderStat Now, SourceFolder Source, FolderStat? Known)> pairs, CancellationToken token)
    {
        foreach (var (now, folder, known) in pairs)
        {
            if (known is null || !FolderState.IsSame(known, folder))
            {
                var job = new ScanJob(account, ScanJobKind.Folder) { Folder = new ItemId(now.Id), State = FolderState.Of(folder), IsNew = known is null };
                await order.WriteAsync(job, token).ConfigureAwait(false);
            }
            else
            {
                counts.Unchanged(1);
            }
        }
    }

    /// <summary>Fills changes and additions, and <see cref="ScanAccount.Missing"/>.</summary>
    /// <returns>How many items the source has, those of skipped folders included.</returns>
    private async Task<long> CompareAsync(
        ScanAccount account, ScanTarget target, List<(FolderStat Now, SourceFolder Source, FolderStat? Known)> pairs,
        List<ScanJob> changes, List<ScanJob> added, CancellationToken token)
    {
        long listed = 0;
        foreach (var (now, folder, known) in pairs)
        {
            bool sameToken = known is { Token: not null } && known.Token == folder.Token && !options.Deep;
            if (known is not null && (sameToken || !target.IsWanted(folder)))
            {
                listed += known.Items;
                counts.Unchanged(known.Items);
                counts.See(known.Items);
                continue;
            }

            var items = known is null ? [] : KnownItems.OfFolder(store.Writer.Catalog, account.Journal.CatalogId, new ItemId(known.Id));
            if (known is { Token: { } since } && folder.Token is not null && !options.Deep
                && await source.ListChangesAsync(account.Name, folder, since, items.ConvertAll(i => i.Key), token).ConfigureAwait(false) is { } told)
            {
                listed += Apply(account, now, folder, items, told, changes, added);
                continue;
            }

            try
            {
                listed += await CompareWholeAsync(account, now, folder, items, changes, added, token).ConfigureAwait(false);
            }
            catch (FolderReadException e)
            {
                listed += items.Count;
                changes.Add(Unlisted(account, now, e));
            }
        }

        foreach (var folder in account.VanishedFolders)
        {
            foreach (var item in KnownItems.OfFolder(store.Writer.Catalog, account.Journal.CatalogId, new ItemId(folder.Id)))
            {
                account.Missing.Add(item.Id, item);
            }
        }

        return listed;
    }

    /// <summary>Compares a folder with all that the source lists in it.</summary>
    /// <returns>How many items the source has there.</returns>
    private async Task<long> CompareWholeAsync(
        ScanAccount account, FolderStat now, SourceFolder folder, List<KnownItem> items, List<ScanJob> changes, List<ScanJob> added, CancellationToken token)
    {
        long listed = 0;
        var byKey = new Dictionary<string, KnownItem>(StringComparer.Ordinal);
        var missing = items.Where(i => !byKey.TryAdd(source.StableKeyOf(folder.Kind, i.Key), i)).ToList();
        await foreach (var item in source.ListItemsAsync(account.Name, folder, token).ConfigureAwait(false))
        {
            listed++;
            counts.See(1);
            byKey.Remove(item.StableKey, out var match);
            Take(account, now, folder, match, item, changes, added);
        }

        // Only now: a folder that could be listed in part only misses nothing.
        foreach (var item in missing.Concat(byKey.Values))
        {
            account.Missing.Add(item.Id, item);
        }

        return listed;
    }

    /// <summary>Brings what is known of a folder up to what the source tells of its changes.</summary>
    /// <returns>How many items the source has there.</returns>
    private long Apply(
        ScanAccount account, FolderStat now, SourceFolder folder, List<KnownItem> items, FolderChanges told, List<ScanJob> changes, List<ScanJob> added)
    {
        var byKey = items.ToDictionary(i => i.Key, StringComparer.Ordinal);
        foreach (string gone in told.Gone)
        {
            account.Missing.Add(byKey[gone].Id, byKey[gone]);
        }

        int arrived = 0;
        foreach (var item in told.Present)
        {
            var match = byKey.GetValueOrDefault(item.Key);
            arrived += match is null ? 1 : 0;
            Take(account, now, folder, match, item, changes, added);
        }

        long listed = items.Count - told.Gone.Count + arrived;
        counts.See(listed);
        counts.Unchanged(listed - told.Present.Count);
        return listed;
    }

    private void Take(
        ScanAccount account, FolderStat now, SourceFolder folder, KnownItem? known, SourceItem item, List<ScanJob> changes, List<ScanJob> added)
    {
        if (known is null)
        {
            added.Add(NewItem(account, new ItemId(now.Id), folder, item));
        }
        else if (Compare(account, known, folder, item) is { } change)
        {
            changes.Add(change);
        }
        else
        {
            counts.Unchanged(1);
        }
    }

    /// <summary>What has to be done for an item that is where it was; null when nothing.</summary>
    private ScanJob? Compare(ScanAccount account, KnownItem known, SourceFolder folder, SourceItem item)
    {
        bool touched = known.Date != item.Date || (folder.Kind != FolderKind.Mail && known.Size != item.Size);
        if (touched || options.Deep)
        {
            return NewItem(account, known.Folder, folder, item) with { Known = known };
        }

        return known.Flags == item.Flags && (known.Tags ?? "") == string.Join('\n', item.Tags)
            ? null
            : Metadata(account, known, known.Folder, item);
    }

    /// <summary>A mail that turns up under its own name in another folder was moved; its content need not be read for that.</summary>
    private void MatchMoved(ScanAccount account, List<ScanJob> added, List<ScanJob> changes)
    {
        if (account.Missing.Count == 0)
        {
            return;
        }

        var byKey = new Dictionary<string, KnownItem>(StringComparer.Ordinal);
        foreach (var item in account.Missing.Values.Where(i => i.Type == ItemType.Message))
        {
            byKey.TryAdd(source.StableKeyOf(FolderKind.Mail, item.Key), item);
        }

        for (int i = added.Count - 1; i >= 0; i--)
        {
            var job = added[i];
            if (job.SourceFolder!.Kind == FolderKind.Mail
                && byKey.TryGetValue(job.SourceItem!.StableKey, out var moved) && moved.Date == job.SourceItem.Date
                && byKey.Remove(job.SourceItem.StableKey))
            {
                account.Missing.Remove(moved.Id);
                added.RemoveAt(i);
                changes.Add(options.Deep ? job with { Known = moved } : Metadata(account, moved, job.Folder, job.SourceItem));
            }
        }
    }

    /// <summary>A mail that lies in another folder as well, under the server's own id for it, is a copy; its content need not be read.</summary>
    private void MatchCopies(ScanAccount account, List<ScanJob> added, List<ScanJob> changes)
    {
        if (!source.KnowsCopies || options.Deep || !added.Exists(j => j.SourceFolder!.Kind == FolderKind.Mail))
        {
            return;
        }

        var wanted = added.Where(j => j.SourceFolder!.Kind == FolderKind.Mail).Select(j => j.SourceItem!.StableKey).ToHashSet(StringComparer.Ordinal);
        var originals = KnownItems.Copied(store.Writer.Catalog, account.Journal.CatalogId, key => source.StableKeyOf(FolderKind.Mail, key), wanted);
        for (int i = added.Count - 1; i >= 0 && originals.Count > 0; i--)
        {
            var (job, item) = (added[i], added[i].SourceItem!);
            if (job.SourceFolder!.Kind != FolderKind.Mail || !originals.TryGetValue(item.StableKey, out var original) || original.Date != item.Date)
            {
                continue;
            }

            var state = JournalLookup.ReadTransaction(store.Writer.Layout, account.Id, original.Place).State!;
            if (!HasContent(state))
            {
                // Lost here: what the server gives now heals both.
                continue;
            }

            added.RemoveAt(i);
            changes.Add(new ScanJob(account, ScanJobKind.Copy)
            {
                Folder = job.Folder,
                State = state with { Folder = job.Folder, Flags = item.Flags, Tags = item.Tags, Key = item.Key, Attributes = null },
            });
        }
    }

    private bool HasContent(ItemState state) => new[] { state.Header ?? state.Digest, state.Body ?? state.Digest }
        .All(d => d is { } digest && store.Writer.Catalog.FindBlob(digest) is not null);

    private static ScanJob Unlisted(ScanAccount account, FolderStat folder, FolderReadException e) =>
        new(account, ScanJobKind.Unlisted) { Folder = new ItemId(folder.Id), Trouble = e };

    private ScanJob Metadata(ScanAccount account, KnownItem known, ItemId folder, SourceItem item)
    {
        var state = JournalLookup.ReadTransaction(store.Writer.Layout, account.Id, known.Place).State!;
        return new ScanJob(account, ScanJobKind.Metadata)
        {
            Folder = folder,
            Known = known,
            State = state with
            {
                Folder = folder,
                Flags = item.Flags,
                Tags = item.Tags,
                Key = item.Key,
                Attributes = folder == known.Folder ? state.Attributes : null,
            },
        };
    }

    private static ScanJob NewItem(ScanAccount account, ItemId folder, SourceFolder sourceFolder, SourceItem item) => new(account, ScanJobKind.Content)
    {
        Folder = folder,
        SourceFolder = sourceFolder,
        SourceItem = item,
        Fetched = new TaskCompletionSource<FetchedContent>(TaskCreationOptions.RunContinuationsAsynchronously),
    };

    private async ValueTask QueueAsync(ScanJob job, CancellationToken token)
    {
        await order.WriteAsync(job, token).ConfigureAwait(false);
        if (job.Fetched is not null)
        {
            source.ExpectContent(job.Account.Name, job.SourceFolder!, job.SourceItem!);
            await fetch.WriteAsync(job, token).ConfigureAwait(false);
        }
    }
}
