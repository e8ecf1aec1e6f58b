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
/// <param name="present">What is here already, loaded when the account's turn comes and let go with it; null for nothing.</param>
internal sealed class ExternalItemsPlan(BackupReader reader, ExternalRestoreRequest request, Func<PresentItems>? present) : AccountPlan
{
    private readonly ExternalListing _listing = new(reader.Catalog, request);

    public override long? Count() => _listing.Count(SourceAccount);

    public override IEnumerable<PlannedItem> Items()
    {
        var (planner, there) = (new FolderPlanner(reader, SourceAccount), present?.Invoke());
        foreach (var item in _listing.List(SourceAccount))
        {
            yield return Plan(planner, there, item);
        }
    }

    private static PlannedItem Plan(FolderPlanner planner, PresentItems? there, ExternalItem item)
    {
        var place = item.Place;
        if (planner.Find(place.Folder, item.Moment, place.Type) is not { } folder)
        {
            return PlannedItem.Unrestorable(place.Id, new MailBackupException(
                ErrorIds.FolderNotFound, $"The folder of item {place.Id} is not known.", "Export the item and put it where it belongs.", place.Id.Value));
        }

        return new PlannedItem(place.Id, place.Place, folder.WithoutMountpoints()) { LivesAlready = item.Digest is { } digest && there?.Contains(place.Id, digest) == true };
    }
}
