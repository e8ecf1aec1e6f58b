using System.Collections.Concurrent;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// An account while it is scanned. Its lister (which compares and gives out folder ids) and the committer (which appends and gives out item ids)
/// share it; what both touch is said at the member.
/// </summary>
internal sealed class ScanAccount(Guid id, AccountStat stat, AccountJournal journal)
{
    private long _nextItem = stat.NextItem;

    public Guid Id { get; } = id;

    public string Name => Stat.Name;

    /// <summary>As it is on disk. Committer only.</summary>
    public AccountStat Stat { get; set; } = stat;

    /// <summary>Committer only.</summary>
    public AccountJournal Journal { get; } = journal;

    /// <summary>
    /// Living items that no folder lists any more. The lister fills it before it queues the account's first content; then the committer takes out of it
    /// what turns up again with the same content, and flags the rest deleted.
    /// </summary>
    public Dictionary<ItemId, KnownItem> Missing { get; } = [];

    /// <summary>The digests of <see cref="Missing"/>. Committer only, made on first use.</summary>
    public Dictionary<Digest, Queue<ItemId>>? MissingByDigest { get; set; }

    /// <summary>Folders as they are now: with tokens when the account has been gone through. Lister, then committer.</summary>
    public List<FolderStat> Folders { get; set; } = [];

    /// <summary>
    /// Folders whose transaction is queued, by their ids, with what the backup knew of them (null: new). The lister fills it before it queues the first; the committer
    /// takes each out with its transaction. What is in it must not be told as seen.
    /// </summary>
    public ConcurrentDictionary<long, FolderStat?> PendingFolders { get; } = [];

    /// <summary>Folders that the source no longer has, children first. Lister, then committer.</summary>
    public List<FolderStat> VanishedFolders { get; } = [];

    /// <summary>Folders in which an item could not be read, or from which one may have been moved: they are listed again next time. Lister, then committer.</summary>
    public HashSet<ItemId> Troubled { get; } = [];

    /// <summary>Living items added to or taken from each folder in this scan. Committer only.</summary>
    public Dictionary<ItemId, long> ItemCounts { get; } = [];

    /// <summary>A new item could not be read: it may be one of the missing, so none of them is flagged deleted this time. Lister, then committer.</summary>
    public bool DeletionsPostponed { get; set; }

    /// <summary>What this scan, and the ones before it that did not come to the account's end, took from it. Committer only.</summary>
    public MassChange Change { get; set; } = stat.Unfinished ?? new MassChange(stat.Folders.Sum(f => f.Items), 0, 0);

    public long NextItem => Interlocked.Read(ref _nextItem);

    public ItemId TakeItemId() => new(Interlocked.Increment(ref _nextItem) - 1);

    /// <summary>What <c>account_stat</c> is to say behind a commit. Committer only.</summary>
    /// <param name="complete">The account has been gone through to its end.</param>
    /// <param name="continuous">See <see cref="ScanOptions.Continuous"/>.</param>
    public AccountStat ToStat(bool complete, bool continuous)
    {
        var folders = new List<FolderStat>(Folders.Count);
        foreach (var now in Folders)
        {
            // As the journal has it: a folder that is told before its transaction would be taken for known by the next scan, and never be journaled.
            if ((PendingFolders.TryGetValue(now.Id, out var before) ? before : now) is not { } folder)
            {
                continue;
            }

            var id = new ItemId(now.Id);
            folders.Add(folder with
            {
                Items = now.Items + ItemCounts.GetValueOrDefault(id),
                Token = complete && !Troubled.Contains(id) ? now.Token : null,
            });
        }

        if (!complete)
        {
            folders.AddRange(VanishedFolders.Select(f => f with { Token = null }));
        }

        return Stat with
        {
            NextItem = NextItem,
            Journal = Journal.Writer.Position,
            Unfinished = (complete && !continuous) || Change.Total == 0 ? null : Change,
            Folders = folders,
        };
    }
}
