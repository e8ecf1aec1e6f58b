using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>Finds, among items that are new in their folders, those whose content the backup has already: they need not be read.</summary>
internal sealed class KnownContents(IMailSource source, ScanStore store, ScanOptions options, ScanAccount account)
{
    /// <summary>A mail that turns up under its own name in another folder was moved; its content need not be read for that.</summary>
    public void MatchMoved(List<ScanJob> added, List<ScanJob> changes)
    {
        if (account.Missing.Count == 0)
        {
            return;
        }

        var missing = new KnownByKey(source, FolderKind.Mail, account.Missing.Values.Where(i => i.Type == ItemType.Message));
        for (int i = added.Count - 1; i >= 0; i--)
        {
            var job = added[i];
            if (job.SourceFolder!.Kind == FolderKind.Mail && missing.TakeMoved(job.SourceItem!) is { } moved)
            {
                account.Missing.Remove(moved.Id);
                added.RemoveAt(i);
                changes.Add(options.Deep ? job with { Known = moved, KeyIsNew = true } : ScanJob.Metadata(store, account, moved, job.Folder, job.SourceItem!));
            }
        }
    }

    /// <summary>A mail that lies in another folder as well, under the server's own id for it, is a copy; its content need not be read.</summary>
    public void MatchCopies(List<ScanJob> added, List<ScanJob> changes)
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
}
