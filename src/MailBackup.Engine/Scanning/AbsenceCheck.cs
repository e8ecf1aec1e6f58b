using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Looks again before anything of an account is flagged deleted. What a user moves while the scan goes from folder to folder may have left a folder that is compared late
/// for one that was compared early, or was skipped: it is in none then. It is left to the next scan, which sees the move.
/// </summary>
internal sealed class AbsenceCheck(IMailSource source, ScanStore store, ScanAccount account)
{
    /// <summary>Takes out of <see cref="ScanAccount.Missing"/> what has come to a folder since the folders were listed. Errors: those of listing.</summary>
    /// <param name="before">The account as the last scan left it.</param>
    /// <param name="listed">The folders, with the tokens by which this scan has gone.</param>
    /// <param name="added">What this scan has found new.</param>
    public async Task RunAsync(AccountStat before, IReadOnlyList<SourceFolder> listed, IReadOnlyCollection<ScanJob> added, CancellationToken token)
    {
        if (account.Missing.Count == 0 && account.VanishedFolders.Count == 0)
        {
            return;
        }

        var tokens = listed.ToDictionary(f => (f.Kind, f.Path), f => f.Token);
        var now = await source.ListFoldersAsync(account.Name, token).ConfigureAwait(false);
        if (account.VanishedFolders.Exists(v => !tokens.ContainsKey((v.Kind, v.Path)) && now.Any(f => f.Path == v.Path && f.Kind == v.Kind)))
        {
            account.DeletionsPostponed = true;
            return;
        }

        // A server that tells of no change at all had each folder listed just now; to list all of them again would double every scan.
        if (now.All(f => f.Token is null) && before.Folders.All(f => f.Token is null))
        {
            return;
        }

        var homes = account.Missing.Values.Select(i => i.Folder).ToHashSet();
        foreach (var folder in now.Where(f => f.Token is null || !tokens.TryGetValue((f.Kind, f.Path), out string? then) || then != f.Token))
        {
            var id = account.Folders.Find(f => f.Path == folder.Path && f.Kind == folder.Kind) is { } known ? new ItemId(known.Id) : (ItemId?)null;
            if (account.Missing.Count > 0 && homes.Any(h => h != id))
            {
                await LookAsync(folder, id, added, token).ConfigureAwait(false);
            }
        }
    }

    private async Task LookAsync(SourceFolder folder, ItemId? id, IReadOnlyCollection<ScanJob> added, CancellationToken token)
    {
        var there = id is { } known
            ? KnownItems.OfFolder(store.Writer.Catalog, account.Journal.CatalogId, known).Select(i => source.StableKeyOf(folder.Kind, i.Key)).ToHashSet(StringComparer.Ordinal) : [];
        there.UnionWith(added.Where(j => j.Folder == id).Select(j => j.SourceItem!.StableKey));
        var names = new HashSet<string>(StringComparer.Ordinal);
        var dates = new HashSet<DateTimeOffset>();
        try
        {
            await foreach (var item in source.ListItemsAsync(account.Name, folder, token).ConfigureAwait(false))
            {
                if (!there.Contains(item.StableKey))
                {
                    names.Add(item.StableKey);
                    dates.Add(item.Date);
                }
            }
        }
        catch (FolderReadException)
        {
            account.DeletionsPostponed = true;
            return;
        }

        // Where no part of the name stays, the date does.
        foreach (var item in account.Missing.Values.Where(i => i.Folder != id && (dates.Contains(i.Date) || names.Contains(source.StableKeyOf(folder.Kind, i.Key)))).ToList())
        {
            account.Missing.Remove(item.Id);
            account.Troubled.Add(item.Folder);
        }
    }
}
