using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Restoring.Plans;

/// <summary>
/// An account whole: what <paramref name="prepare"/> does for it, its folders, its items newest first, and where they are asked for those that had
/// been deleted.
/// </summary>
/// <param name="prepare">Makes the directory entry.</param>
/// <param name="finish">Notes that the account lives again; null for a copy.</param>
internal sealed class AccountCopyPlan(
    BackupReader reader, AccountRestoreRequest request, DateTimeOffset now, Func<CancellationToken, Task> prepare, Func<Task>? finish) : AccountPlan
{
    private readonly HashSet<long> _only = [.. request.Items];

    private FolderPlanner Planner => field ??= new FolderPlanner(reader, SourceAccount);

    /// <summary><c>deleted_21_11_26</c>: the day on which the item was deleted.</summary>
    public static string TagOf(DateTimeOffset deleted) => deleted.ToLocalTime().ToString("'deleted_'dd'_'MM'_'yy", CultureInfo.InvariantCulture);

    public override async ValueTask PrepareAsync(CancellationToken token)
    {
        if (_only.Count == 0)
        {
            await prepare(token).ConfigureAwait(false);
        }
    }

    public override async ValueTask FinishAsync()
    {
        if (_only.Count == 0 && finish is not null)
        {
            await finish().ConfigureAwait(false);
        }
    }

    public override IReadOnlyList<PlannedFolder> Folders(Action<ItemId, MailBackupException> trouble) =>
        [.. Planner.ThereAt(request.At, (id, fault) =>
        {
            if (Wanted(id))
            {
                trouble(id, fault);
            }
        }).Where(f => Wanted(f.Id))];

    public override long? Count() => request.IncludeDeleted ? null
        : _only.Count > 0 ? _only.Count
        : new PlaceListing(reader.Catalog).CountLivingAt(SourceAccount, request.At);

    public override IEnumerable<PlannedItem> Items()
    {
        var items = new PlaceListing(reader.Catalog).LivingAt(SourceAccount, request.At).Select(i => Plan(i, request.At ?? i.End, adjust: null));
        return (request.IncludeDeleted ? items.Concat(Deleted()) : items).Where(i => Wanted(i.Id));
    }

    private bool Wanted(ItemId id) => _only.Count == 0 || _only.Contains(id.Value);

    private IEnumerable<PlannedItem> Deleted()
    {
        using var states = new StatesBefore(reader.Catalog, SourceAccount);
        var before = request.At ?? now;
        foreach (var deletion in new PlaceListing(reader.Catalog).Deleted(SourceAccount, request.DeletedAfter ?? DateTimeOffset.MinValue, before, stillDeleted: true))
        {
            ItemPlace? last = null;
            foreach (var (place, _) in states.Of(deletion.Item, deletion.Transaction))
            {
                last = place;
                break;
            }

            yield return last is { } state
                ? Plan(state, deletion.Start, s => Mark(s, deletion.Start)) with { Revives = false }
                : PlannedItem.Unrestorable(deletion.Item, new MailBackupException(
                    ErrorIds.JournalDamaged, $"Of item {deletion.Item} of {Account} the backup has its deletion and no state before it.",
                    "Run 'mailbackup check' to see what is affected.", deletion.Item.Value));
        }
    }

    private PlannedItem Plan(ItemPlace item, DateTimeOffset? moment, Func<ItemState, ItemState>? adjust)
    {
        var folder = Planner.Find(item.Folder, moment, item.Type) ?? NewFolder($"unknown_{item.Folder}", FolderPlanner.KindOf(item.Type));
        return new PlannedItem(item.Id, item.Place, folder) { Revives = item.DeletedNow, Adjust = adjust };
    }

    private static ItemState Mark(ItemState state, DateTimeOffset deleted) => state with
    {
        Flags = state.Flags & ~MessageFlags.Deleted,
        Tags = state.Type == ItemType.Message ? [.. state.Tags.Append(TagOf(deleted)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : state.Tags,
    };
}
