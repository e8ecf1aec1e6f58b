using MailBackup.Sources;

namespace MailBackup.Archives;

/// <summary>
/// Takes an account into an archive, folder by folder and item by item. An item that throws leaves nothing of itself behind, and the next can be
/// added. Errors: those of the item's content (<c>BlobMissing</c>, <c>BlobDamaged</c>), <c>ArchiveNotWritable</c>.
/// </summary>
internal interface IArchiveWriter : IAsyncDisposable
{
    /// <summary>Parents before children; before the items in it.</summary>
    ValueTask AddFolderAsync(RestoreFolder folder, CancellationToken token);

    /// <param name="number">The item's number in its account, which names files where the item has no name of its own.</param>
    /// <returns>What could not be kept of the item though its content was, a sentence for people; else null.</returns>
    ValueTask<string?> AddItemAsync(RestoreFolder folder, RestoreItem item, long number, CancellationToken token);

    /// <summary>All is in it and on the disk when this returns.</summary>
    ValueTask CompleteAsync(CancellationToken token);
}
