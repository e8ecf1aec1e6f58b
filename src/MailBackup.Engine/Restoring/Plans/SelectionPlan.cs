using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Plans;

/// <summary>Items by their ids, or all that the account had at a moment, as the request says.</summary>
internal sealed class SelectionPlan(BackupReader reader, RestoreRequest request) : AccountPlan
{
    private FolderPlanner Planner => field ??= new FolderPlanner(reader, SourceAccount);

    /// <summary>All of an account that is restored whole and into its own places.</summary>
    public override IReadOnlyList<PlannedFolder> Folders(Action<ItemId, MailBackupException> trouble) =>
        request.Items.Count > 0 || request.Folder is not null ? [] : Planner.ThereAt(request.At, trouble);

    public override long? Count() => request.Items.Count > 0
        ? request.Items.Distinct().Count()
        : new PlaceListing(reader.Catalog).CountLivingAt(SourceAccount, request.At);

    public override IEnumerable<PlannedItem> Items() => request.Items.Count > 0
        ? new PlaceListing(reader.Catalog)
            .Named(SourceAccount, request.Items.Distinct().Select(i => new ItemId(i)), request.At).Select(n => Named(n.Id, n.Place))
        : new PlaceListing(reader.Catalog).LivingAt(SourceAccount, request.At).Select(Plan);

    private PlannedItem Plan(ItemPlace item)
    {
        var folder = request.Folder is { } path
            ? NewFolder(path, FolderPlanner.KindOf(item.Type))
            : Planner.Find(item.Folder, request.At ?? item.End?.AddTicks(-1), item.Type);
        return folder is null
            ? PlannedItem.Unrestorable(item.Id, UnknownFolder(item.Id))
            : new PlannedItem(item.Id, item.Place, folder) { Revives = item.DeletedNow };
    }

    private PlannedItem Named(ItemId id, ItemPlace? found)
    {
        if (found is not { } item)
        {
            return PlannedItem.Unrestorable(id, NeverThere(id));
        }

        if (item.Type != ItemType.Folder)
        {
            return Plan(item);
        }

        try
        {
            var own = Planner.Read(Planner.Timeline.Folders[id.Value].Last(s => s.Place == item.Place));
            return new PlannedItem(id, item.Place, request.Folder is { } other ? own with { Path = other, Key = null } : own) { IsFolder = true };
        }
        catch (MailBackupException e)
        {
            return PlannedItem.Unrestorable(id, e);
        }
    }

    private MailBackupException NeverThere(ItemId id) => new(
        ErrorIds.ItemNotFound,
        request.At is { } when ? $"{Account} did not have item {id} on {when.ToLocalTime():yyyy-MM-dd HH:mm:ss}." : $"{Account} never had item {id}.",
        $"See its states with 'mailbackup history --account {Account} --id {id}'.",
        id.Value);

    private static MailBackupException UnknownFolder(ItemId id) => new(
        ErrorIds.FolderNotFound, $"The folder of item {id} is not known.", "Name one to restore into with --folder.", id.Value);
}
