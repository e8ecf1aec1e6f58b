using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Compares the folders of one known account with what the backup has of them. By the items that somebody has named, by what the source tells of a folder's changes,
/// where it can; else by all that it lists there. What no folder has any more goes to <see cref="ScanAccount.Missing"/>.
/// </summary>
/// <param name="queue">Takes what need not wait until all folders have been looked at: new keys of items that are as they were, which may be those of the whole account.</param>
internal sealed class FolderComparison(
    IMailSource source, ScanStore store, ScanCounts counts, ScanOptions options, ScanAccount account, Func<ScanJob, ValueTask> queue)
{
    /// <summary>Known items that are not as they were, and folders that could not be listed.</summary>
    public List<ScanJob> Changes { get; } = [];

    /// <summary>Items that are new in their folders.</summary>
    public List<ScanJob> Added { get; } = [];

    /// <param name="known">The folder as the last scan left it; null when it is new.</param>
    /// <param name="named">Keys of the only items to look at; null: all.</param>
    /// <returns>How many items the source has there; as many as were known when it could not be listed.</returns>
    public async Task<long> CompareAsync(FolderStat now, SourceFolder folder, FolderStat? known, IReadOnlySet<string>? named, CancellationToken token)
    {
        if (named is not null && known is not null && await CompareNamedAsync(now, folder, known, named, token).ConfigureAwait(false) is { } count)
        {
            return count;
        }

        var items = known is null ? [] : KnownItems.OfFolder(store.Writer.Catalog, account.Journal.CatalogId, new ItemId(known.Id));
        if (known is { Token: { } since } && folder.Token is not null && !options.Deep
            && await source.ListChangesAsync(account.Name, folder, since, items.ConvertAll(i => i.Key), token).ConfigureAwait(false) is { } told)
        {
            return await ApplyAsync(now, folder, items, told).ConfigureAwait(false);
        }

        try
        {
            return await CompareWholeAsync(now, folder, items, token).ConfigureAwait(false);
        }
        catch (FolderReadException e)
        {
            Changes.Add(ScanJob.Unlisted(account, new ItemId(now.Id), e));
            return items.Count;
        }
    }

    /// <summary>Compares the named items only.</summary>
    /// <returns>How many items the source has in the folder; null when the whole folder has to be looked at.</returns>
    private async ValueTask<long?> CompareNamedAsync(FolderStat now, SourceFolder folder, FolderStat known, IReadOnlySet<string> named, CancellationToken token)
    {
        if (await source.ListNamedAsync(account.Name, folder, named, token).ConfigureAwait(false) is not { } items
            || KnownItems.Named(store.Writer.Catalog, account.Journal.CatalogId, new ItemId(now.Id), folder.Kind, items, source) is not { } matches)
        {
            return null;
        }

        // A name that is new for a known item: renamed, unless the earlier file is still there or this one is another. Then they are two, which the whole folder shows.
        var renamed = items.Where(i => matches.TryGetValue(i.StableKey, out var known) && known.Key != i.Key).ToList();
        if (renamed.Exists(i => matches[i.StableKey].Date != i.Date)
            || (renamed.Count > 0 && await source.ListNamedAsync(account.Name, folder, renamed.ConvertAll(i => matches[i.StableKey].Key), token).ConfigureAwait(false)
                is not { Count: 0 }))
        {
            return null;
        }

        foreach (var item in items)
        {
            await TakeAsync(now, folder, matches.GetValueOrDefault(item.StableKey), item).ConfigureAwait(false);
        }

        counts.See(known.Items + items.Count - matches.Count);
        counts.Unchanged(known.Items - matches.Count);
        return known.Items + items.Count - matches.Count;
    }

    /// <summary>Compares a folder with all that the source lists in it.</summary>
    /// <returns>How many items the source has there.</returns>
    private async Task<long> CompareWholeAsync(FolderStat now, SourceFolder folder, List<KnownItem> items, CancellationToken token)
    {
        long listed = 0;
        var known = new KnownByKey(source, folder.Kind, items);
        await foreach (var (item, match) in known.MatchAsync(source.ListItemsAsync(account.Name, folder, token)).ConfigureAwait(false))
        {
            listed++;
            counts.See(1);
            await TakeAsync(now, folder, match, item).ConfigureAwait(false);
        }

        // Only now: a folder that could be listed in part only misses nothing.
        foreach (var item in known.Rest)
        {
            account.Missing.Add(item.Id, item);
        }

        return listed;
    }

    /// <summary>Brings what is known of a folder up to what the source tells of its changes.</summary>
    /// <returns>How many items the source has there.</returns>
    private async ValueTask<long> ApplyAsync(FolderStat now, SourceFolder folder, List<KnownItem> items, FolderChanges told)
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
            await TakeAsync(now, folder, match, item).ConfigureAwait(false);
        }

        long listed = items.Count - told.Gone.Count + arrived;
        counts.See(listed);
        counts.Unchanged(listed - told.Present.Count);
        return listed;
    }

    private async ValueTask TakeAsync(FolderStat now, SourceFolder folder, KnownItem? known, SourceItem item)
    {
        if (known is null)
        {
            Added.Add(ScanJob.Read(account, new ItemId(now.Id), folder, item));
        }
        else if (Compare(known, folder, item) is { } change)
        {
            Changes.Add(change);
        }
        else if (IsRenamed(known, item))
        {
            await queue(ScanJob.Metadata(store, account, known, known.Folder, item)).ConfigureAwait(false);
        }
        else
        {
            counts.Unchanged(1);
        }
    }

    private bool IsRenamed(KnownItem known, SourceItem item) => source.KeysAreCurrent && known.Key != item.Key;

    /// <summary>What has to be done for an item that is where it was; null when nothing, but for its key.</summary>
    private ScanJob? Compare(KnownItem known, SourceFolder folder, SourceItem item)
    {
        bool touched = known.Date != item.Date || (folder.Kind != FolderKind.Mail && known.Size != item.Size);
        if (touched || options.Deep)
        {
            return ScanJob.Read(account, known.Folder, folder, item) with { Known = known, KeyIsNew = IsRenamed(known, item) };
        }

        return known.IsMarkedAs(item) ? null : ScanJob.Metadata(store, account, known, known.Folder, item);
    }
}
