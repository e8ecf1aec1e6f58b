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
    IMailSource source, ScanStore store, ScanCounts counts, ScanOptions options, AccountLeases.Holder leases, ChannelWriter<ScanJob> order, ChannelWriter<ScanJob> fetch)
{
    /// <summary>
    /// Takes the lease of the account; whoever commits what is queued gives it back. Throws <c>SourceUnreadable</c>, <c>SourceSuddenlyEmpty</c>: then nothing of
    /// the account has been changed.
    /// </summary>
    public async Task ListAsync(ScanTarget target, CancellationToken token)
    {
        await leases.TakeAsync(target.Id, token).ConfigureAwait(false);
        ScanAccount? account = null;
        try
        {
            if (store.Leases.WasHeld(target.Id) && AccountStat.Read(store.Layout, target.Id) is { } now)
            {
                // A listing from before would take for vanished what was saved since.
                target = target with { Stat = now };
                source.Forget(now.Name);
            }

            var folders = await source.ListFoldersAsync(target.Stat.Name, token).ConfigureAwait(false);
            account = Open(target, folders);
            if (account is not null)
            {
                await QueueAsync(account, target, folders, token).ConfigureAwait(false);
            }
        }
        catch (MailBackupException) when (account is not null)
        {
            await order.WriteAsync(new ScanJob(account, ScanJobKind.AccountBroken), token).ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (account is null)
            {
                leases.Release(target.Id);
            }
        }
    }

    public static MailBackupException SuddenlyEmpty(string account, long items) => new(
        ErrorIds.SourceSuddenlyEmpty,
        $"{account} has nothing on the server, but {items} items in the backup.",
        "Look whether its file system is mounted; scan with --allow-empty if it really is empty. Nothing was flagged deleted.",
        account);

    /// <summary>Null when nothing has changed.</summary>
    private ScanAccount? Open(ScanTarget target, IReadOnlyList<SourceFolder> folders)
    {
        var (id, stat) = (target.Id, target.Stat);
        // A journal that is not as the last scan left it lacks (or has) items that the tokens know nothing of: an older copy was put back.
        if (!options.Deep && target.Folders is null && IsUnchanged(stat, folders) && JournalReader.EndsAt(store.Layout.ItemJournal(id), stat.Journal))
        {
            long items = stat.Folders.Sum(f => f.Items) + stat.Folders.Count;
            counts.Unchanged(items);
            counts.See(items);
            return null;
        }

        return store.OpenAccount(id, stat);
    }

    private async Task QueueAsync(ScanAccount account, ScanTarget target, IReadOnlyList<SourceFolder> folders, CancellationToken token)
    {
        var pairs = Match(account, folders, target);
        var folderJobs = FolderJobs(account, pairs);
        long known = account.Stat.Folders.Sum(f => f.Items);
        if (known == 0)
        {
            await QueueAsync(folderJobs, token).ConfigureAwait(false);
            foreach (var (folder, sourceFolder, _) in pairs)
            {
                try
                {
                    await foreach (var item in source.ListItemsAsync(account.Name, sourceFolder, token).ConfigureAwait(false))
                    {
                        counts.See(1);
                        await QueueAsync(ScanJob.Read(account, new ItemId(folder.Id), sourceFolder, item), token).ConfigureAwait(false);
                    }
                }
                catch (FolderReadException e)
                {
                    await order.WriteAsync(ScanJob.Unlisted(account, new ItemId(folder.Id), e), token).ConfigureAwait(false);
                }
            }
        }
        else
        {
            var comparison = new FolderComparison(source, store, counts, options, account, job => QueueAsync(job, token));
            long listed = await CompareAsync(comparison, account, target, pairs, token).ConfigureAwait(false);
            if (listed == 0 && !options.AllowEmpty)
            {
                throw SuddenlyEmpty(account.Name, known);
            }

            await QueueAsync(folderJobs, token).ConfigureAwait(false);
            var contents = new KnownContents(source, store, options, account);
            contents.MatchMoved(comparison.Added, comparison.Changes);
            contents.MatchCopies(comparison.Added, comparison.Changes);
            await contents.MatchHeadersAsync(comparison.Added, job => QueueAsync(job, token), token).ConfigureAwait(false);
            if (target.Folders is null)
            {
                await new AbsenceCheck(source, store, account).RunAsync(target.Stat, folders, comparison.Added, token).ConfigureAwait(false);
            }

            await QueueAsync(comparison.Changes.Concat(comparison.Added), token).ConfigureAwait(false);
        }

        await order.WriteAsync(new ScanJob(account, ScanJobKind.AccountEnd), token).ConfigureAwait(false);
    }

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
        // A repair may have lost the deletion of a folder whose path another has now: the newest has it, and the others are gone.
        var left = new Dictionary<(string, FolderKind), FolderStat>();
        foreach (var folder in account.Stat.Folders.OrderByDescending(f => f.Id))
        {
            if (!left.TryAdd((folder.Path, folder.Kind), folder))
            {
                account.VanishedFolders.Add(folder);
            }
        }

        var pairs = new List<(FolderStat Now, SourceFolder Source, FolderStat? Known)>(folders.Count);
        var fresh = new List<int>();
        foreach (var folder in folders)
        {
            if (left.Remove((folder.Path, folder.Kind), out var known))
            {
                var now = FolderState.ToStat(new ItemId(known.Id), folder, known.Items);

                // A folder that is not wholly looked at keeps its token: what else changed in it meanwhile is left to the next scan.
                pairs.Add((target.IsWanted(folder) && target.ItemsIn(folder) is null ? now : now with { Token = known.Token }, folder, known));
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

    /// <summary>What has to be saved of the folders themselves. From now on they are not told as seen, though it is queued only when all of them have been compared.</summary>
    private List<ScanJob> FolderJobs(ScanAccount account, List<(FolderStat Now, SourceFolder Source, FolderStat? Known)> pairs)
    {
        var jobs = new List<ScanJob>();
        foreach (var (now, folder, known) in pairs)
        {
            if (known is null || !FolderState.IsSame(known, folder))
            {
                jobs.Add(new ScanJob(account, ScanJobKind.Folder) { Folder = new ItemId(now.Id), State = FolderState.Of(folder), IsNew = known is null });
                account.PendingFolders[now.Id] = known;
            }
            else
            {
                counts.Unchanged(1);
            }
        }

        return jobs;
    }

    /// <summary>Compares every folder whose token has changed.</summary>
    /// <returns>How many items the source has, those of skipped folders included.</returns>
    private async Task<long> CompareAsync(
        FolderComparison comparison, ScanAccount account, ScanTarget target, List<(FolderStat Now, SourceFolder Source, FolderStat? Known)> pairs, CancellationToken token)
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

            listed += await comparison.CompareAsync(now, folder, known, target.ItemsIn(folder), token).ConfigureAwait(false);
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

    private async Task QueueAsync(IEnumerable<ScanJob> jobs, CancellationToken token)
    {
        foreach (var job in jobs)
        {
            await QueueAsync(job, token).ConfigureAwait(false);
        }
    }

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
