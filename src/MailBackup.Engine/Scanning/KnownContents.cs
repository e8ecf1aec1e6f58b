using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>Finds, among items that are new in their folders, those whose content the backup has already: they need not be read.</summary>
internal sealed class KnownContents(IMailSource source, ScanStore store, ScanOptions options, ScanAccount account)
{
    private const int HeadersAtOnce = 256;

    /// <summary>A mail that turns up under its own name in another folder was moved; its content need not be read for that.</summary>
    public void MatchMoved(List<ScanJob> added, List<ScanJob> changes)
    {
        if (account.Missing.Count == 0)
        {
            return;
        }

        var missing = new KnownByKey(source, FolderKind.Mail, account.Missing.Values.Where(i => i.Type == ItemType.Message));
        TakeMoved(marked: true);
        TakeMoved(marked: false);

        void TakeMoved(bool marked)
        {
            for (int i = added.Count - 1; i >= 0 && account.Missing.Count > 0; i--)
            {
                var job = added[i];
                if (job.SourceFolder!.Kind == FolderKind.Mail && missing.TakeMoved(job.SourceItem!, marked) is { } moved)
                {
                    account.Missing.Remove(moved.Id);
                    added.RemoveAt(i);
                    changes.Add(options.Deep ? job with { Known = moved, KeyIsNew = true } : ScanJob.Metadata(store, account, moved, job.Folder, job.SourceItem!));
                }
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

    /// <summary>
    /// Where no part of a name stays: a mail with the date, the size and every byte of the header of one that no folder lists any more is that one, moved or under
    /// the numbers of a folder made anew. Its body need not be read.
    /// </summary>
    /// <param name="queue">Takes each at once: it may be all that the account has.</param>
    public async Task MatchHeadersAsync(List<ScanJob> added, Func<ScanJob, ValueTask> queue, CancellationToken token)
    {
        if (options.Deep || account.Missing.Count == 0)
        {
            return;
        }

        var nameless = added.FindAll(j => j.SourceFolder!.Kind == FolderKind.Mail && j.SourceItem!.StableKey == j.SourceItem.Key);
        var dates = nameless.Select(j => j.SourceItem!.Date).ToHashSet();
        var missing = account.Missing.Values.Where(i => i is { Type: ItemType.Message, Digest: not null } && dates.Contains(i.Date))
            .GroupBy(i => (i.Date, i.Size)).ToDictionary(g => g.Key, g => g.ToList());
        dates.IntersectWith(missing.Keys.Select(k => k.Date));
        var found = new HashSet<ScanJob>(ReferenceEqualityComparer.Instance);
        foreach (var jobs in nameless.Where(j => dates.Contains(j.SourceItem!.Date)).GroupBy(j => j.Folder).SelectMany(g => g.Chunk(HeadersAtOnce)))
        {
            var byKey = jobs.ToDictionary(j => j.SourceItem!.Key, StringComparer.Ordinal);
            foreach (var header in await source.ReadHeadersAsync(account.Name, jobs[0].SourceFolder!, [.. jobs.Select(j => j.SourceItem!)], token).ConfigureAwait(false))
            {
                var job = byKey[header.Key];
                if (missing.TryGetValue((job.SourceItem!.Date, header.Size), out var candidates) && candidates.Find(k => HeaderOf(k) == header.Digest) is { } moved)
                {
                    candidates.Remove(moved);
                    account.Missing.Remove(moved.Id);
                    found.Add(job);
                    await queue(ScanJob.Metadata(store, account, moved, job.Folder, job.SourceItem)).ConfigureAwait(false);
                }
            }
        }

        added.RemoveAll(found.Contains);
    }

    /// <summary>Null when it, or the content, is not whole in the store: then what the server gives heals it.</summary>
    private Digest? HeaderOf(KnownItem item)
    {
        try
        {
            var state = JournalLookup.ReadTransaction(store.Writer.Layout, account.Id, item.Place).State!;
            if (!HasContent(state))
            {
                return null;
            }

            if (state.Header is not null || item.Size > MessageSplit.MaximumHeader)
            {
                return state.Header;
            }

            var whole = state.Digest!.Value;
            using var stream = BundleReader.Open(store.Writer.Layout, whole, store.Writer.Catalog.FindBlob(whole)!.Value);
            var content = new byte[item.Size];
            stream.ReadExactly(content);
            return MessageSplit.HeaderLength(content) is > 0 and var length ? Digest.Of(content.AsSpan(0, length)) : null;
        }
        catch (Exception e) when (e is MailBackupException or EndOfStreamException)
        {
            return null;
        }
    }

    private bool HasContent(ItemState state) => new[] { state.Header ?? state.Digest, state.Body ?? state.Digest }
        .All(d => d is { } digest && store.Writer.Catalog.FindBlob(digest) is not null);
}
