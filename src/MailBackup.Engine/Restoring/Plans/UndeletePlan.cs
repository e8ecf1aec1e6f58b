using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Plans;

/// <summary>
/// All that was deleted of an account within a time, back into its folders as they were named at the end of that time. What was put into the
/// trash within it goes back to where it was before; what lay in the trash all that time goes there.
/// </summary>
/// <param name="before">End of the time.</param>
/// <param name="now">Local time of the restore; its date names the tag.</param>
internal sealed class UndeletePlan(BackupReader reader, UndeleteRequest request, DateTimeOffset before, DateTimeOffset now) : AccountPlan
{
    private readonly HashSet<long> _only = [.. request.Items];
    private readonly Dictionary<FolderKey, RestoreFolder> _targets = [];

    private FolderPlanner Planner => field ??= new FolderPlanner(reader, SourceAccount);

    /// <summary><c>undelete_21_11_26</c>: day, month and year of the restore, as this machine's clock shows them.</summary>
    public static string TagOf(DateTimeOffset now) => now.ToString("'undelete_'dd'_'MM'_'yy", CultureInfo.InvariantCulture);

    public override IEnumerable<PlannedItem> Items()
    {
        using var states = new StatesBefore(reader.Catalog, SourceAccount);
        foreach (var deletion in new PlaceListing(reader.Catalog).Deleted(SourceAccount, request.After, before))
        {
            if (_only.Count > 0 && !_only.Contains(deletion.Item.Value))
            {
                continue;
            }

            yield return Plan(states, deletion);
        }
    }

    private PlannedItem Plan(StatesBefore states, Deletion deletion)
    {
        ItemPlace? last = null;
        RestoreFolder? folder = null;
        foreach (var (place, start) in states.Of(deletion.Item, deletion.Transaction))
        {
            last ??= place;
            folder = FolderOf(place);
            if (!IsTrash(folder) || start < request.After)
            {
                break;
            }
        }

        if (last is not { } state || folder is null)
        {
            return PlannedItem.Unrestorable(deletion.Item, new MailBackupException(
                ErrorIds.JournalDamaged, $"Of item {deletion.Item} of {Account} the backup has its deletion and no state before it.",
                "Run 'mailbackup check' to see what is affected.", deletion.Item.Value));
        }

        // Only what lay nowhere but in the trash goes there: a state before the time tells where the time began.
        return new PlannedItem(deletion.Item, state.Place, Below(folder))
        {
            Revives = deletion.DeletedNow,
            LivesAlready = !deletion.DeletedNow,
            Adjust = Mark,
        };
    }

    private RestoreFolder FolderOf(ItemPlace place) =>
        Planner.Find(place.Folder, before.AddTicks(-1), place.Type) ?? NewFolder($"unknown_{place.Folder}", FolderPlanner.KindOf(place.Type));

    private static bool IsTrash(RestoreFolder folder) => folder.Kind == FolderKind.Mail && TrashFolders.IsTrash(folder.Path, folder.Attributes);

    private RestoreFolder Below(RestoreFolder folder)
    {
        if (request.Folder is not { } root)
        {
            return folder;
        }

        var key = new FolderKey(folder.Path, folder.Kind);
        return _targets.TryGetValue(key, out var known) ? known : _targets[key] = NewFolder($"{root.Trim('/')}/{folder.Path}", folder.Kind);
    }

    /// <summary>Not marked for deletion any more, or the mail program would take it away again. Only mail has keywords.</summary>
    private ItemState Mark(ItemState state) => state with
    {
        Flags = state.Flags & ~MessageFlags.Deleted,
        Tags = state.Type == ItemType.Message ? [.. state.Tags.Append(TagOf(now)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : state.Tags,
    };

    private readonly record struct FolderKey(string Path, FolderKind Kind);
}
