using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// One step of a scan on its way from the lister to the committer, in order. Jobs that need content are worked on in parallel meanwhile; the
/// committer waits for <see cref="Fetched"/>.
/// </summary>
internal sealed record ScanJob(ScanAccount Account, ScanJobKind Kind)
{
    /// <summary>The folder that the item lies in; the folder itself for <see cref="ScanJobKind.Folder"/>.</summary>
    public ItemId Folder { get; init; }

    /// <summary>What the backup knows of the item; null when it is new.</summary>
    public KnownItem? Known { get; init; }

    /// <summary>The key that the item has now is recorded even if nothing else of it has changed.</summary>
    public bool KeyIsNew { get; init; }

    public SourceFolder? SourceFolder { get; init; }

    public SourceItem? SourceItem { get; init; }

    /// <summary>The new state where no content is needed to know it; null deletes.</summary>
    public ItemState? State { get; init; }

    /// <summary>A folder that was not known.</summary>
    public bool IsNew { get; init; }

    /// <summary>Why the folder could not be listed.</summary>
    public FolderReadException? Trouble { get; init; }

    public TaskCompletionSource<FetchedContent>? Fetched { get; init; }

    public static ScanJob Unlisted(ScanAccount account, ItemId folder, FolderReadException e) => new(account, ScanJobKind.Unlisted) { Folder = folder, Trouble = e };

    /// <summary>The content of an item that is new, or to be compared, has to be read.</summary>
    public static ScanJob Read(ScanAccount account, ItemId folder, SourceFolder sourceFolder, SourceItem item) => new(account, ScanJobKind.Content)
    {
        Folder = folder,
        SourceFolder = sourceFolder,
        SourceItem = item,
        Fetched = new TaskCompletionSource<FetchedContent>(TaskCreationOptions.RunContinuationsAsynchronously),
    };

    /// <summary>Flags, keywords or place of a known item are others now.</summary>
    public static ScanJob Metadata(ScanStore store, ScanAccount account, KnownItem known, ItemId folder, SourceItem item)
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

                // When it came into a folder is not known of another.
                Attributes = folder == known.Folder ? state.Attributes : null,
            },
        };
    }
}
