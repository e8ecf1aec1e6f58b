using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>The folders of an account of another backup: what makes its mailbox usable.</summary>
internal sealed class ExternalFoldersPlan(BackupReader reader, ExternalRestoreRequest request) : AccountPlan
{
    /// <summary>Without what it mounts of others: that comes last, when they are there too.</summary>
    public override IReadOnlyList<PlannedFolder> Folders(Action<ItemId, MailBackupException> trouble) =>
        [.. new FolderPlanner(reader, SourceAccount).ThereAt(request.At, trouble).Select(f => f with { Folder = f.Folder.WithoutMountpoints() })];

    public override IEnumerable<PlannedItem> Items() => [];
}

/// <summary>The items of an account of another backup, newest first; those that an earlier restore brought here and that are still here are skipped.</summary>
internal sealed class ExternalItemsPlan(BackupReader reader, ExternalRestoreRequest request, Func<ItemId, Digest, bool> isThere) : AccountPlan
{
    private readonly ExternalListing _listing = new(reader.Catalog, request);

    private FolderPlanner Planner => field ??= new FolderPlanner(reader, SourceAccount);

    public override long? Count() => _listing.Count(SourceAccount);

    public override IEnumerable<PlannedItem> Items() => _listing.List(SourceAccount).Select(Plan);

    private PlannedItem Plan(ExternalItem item)
    {
        var place = item.Place;
        if (Planner.Find(place.Folder, item.Moment, place.Type) is not { } folder)
        {
            return PlannedItem.Unrestorable(place.Id, new MailBackupException(
                ErrorIds.FolderNotFound, $"The folder of item {place.Id} is not known.", "Export the item and put it where it belongs.", place.Id.Value));
        }

        return new PlannedItem(place.Id, place.Place, folder.WithoutMountpoints()) { LivesAlready = item.Digest is { } digest && isThere(place.Id, digest) };
    }
}
