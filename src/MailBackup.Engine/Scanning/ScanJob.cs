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

    public SourceFolder? SourceFolder { get; init; }

    public SourceItem? SourceItem { get; init; }

    /// <summary>The new state where no content is needed to know it; null deletes.</summary>
    public ItemState? State { get; init; }

    /// <summary>A folder that was not known.</summary>
    public bool IsNew { get; init; }

    /// <summary>Why the folder could not be listed.</summary>
    public FolderReadException? Trouble { get; init; }

    public TaskCompletionSource<FetchedContent>? Fetched { get; init; }
}
