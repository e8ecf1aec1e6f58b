using System.Globalization;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Comparing;

/// <summary>
/// What is different in an account between two moments: one pass over the catalog in the order of the items, which has at most two states of each.
/// Nothing is held but these, so an account of any size streams.
/// </summary>
internal sealed class AccountComparison(BackupReader reader, Guid account, DateTimeOffset at, DateTimeOffset with)
{
    /// <summary>Items in the order of their numbers. A state that is the same at both moments is no change.</summary>
    public IEnumerable<ItemChange> Changes()
    {
        (BackupItem Item, long Folder)? before = null, after = null;
        foreach (var (state, folder) in reader.Items.ListStates(account, Condition()))
        {
            if ((before ?? after) is { } other && other.Item.Id != state.Id)
            {
                if (Compare(before, after) is { } change)
                {
                    yield return change;
                }

                (before, after) = (null, null);
            }

            before = Covers(state, at) ? (Placed(state, folder, at), folder) : before;
            after = Covers(state, with) ? (Placed(state, folder, with), folder) : after;
        }

        if (Compare(before, after) is { } last)
        {
            yield return last;
        }
    }

    private string Condition() => string.Create(
        CultureInfo.InvariantCulture,
        $"((start <= {at.UtcTicks} AND end > {at.UtcTicks}) OR (start <= {with.UtcTicks} AND end > {with.UtcTicks}))");

    private static bool Covers(BackupItem state, DateTimeOffset moment) => state.Start <= moment && (state.End is null || state.End > moment);

    /// <summary>With the path that its folder had then.</summary>
    private BackupItem Placed(BackupItem state, long folder, DateTimeOffset moment) =>
        state.Type == ItemType.Folder ? state : state with { Folder = reader.Items.FolderPath(account, folder, moment) };

    private ItemChange? Compare((BackupItem Item, long Folder)? first, (BackupItem Item, long Folder)? second)
    {
        var before = first?.Item is { Deleted: false } was ? was : null;
        var after = second?.Item is { Deleted: false } now ? now : null;
        if (before is null || after is null)
        {
            return before is null && after is null ? null
                : Create((before ?? after)!, before is null ? ItemChangeKind.Added : ItemChangeKind.Deleted, [], before, after);
        }

        var differences = Differences(before, after, first!.Value.Folder != second!.Value.Folder);
        return differences.Count == 0 ? null
            : Create(before, differences[0] is "folder" or "path" ? ItemChangeKind.Moved : ItemChangeKind.Changed, differences, before, after);
    }

    private ItemChange Create(BackupItem item, ItemChangeKind kind, List<string> differences, BackupItem? before, BackupItem? after) => new()
    {
        Account = item.Account,
        AccountId = item.AccountId,
        Id = item.Id,
        Type = item.Type,
        Change = kind,
        Differences = differences,
        At = before is null ? null : at,
        Before = before,
        After = after,
    };

    /// <summary>
    /// Places first. An item whose folder was renamed has not moved: the folder has. Another name on the server alone (from <c>new</c> to <c>cur</c>) is
    /// no difference to anybody.
    /// </summary>
    private static List<string> Differences(BackupItem before, BackupItem after, bool moved)
    {
        var found = new List<string>();
        if (before.Transaction == after.Transaction)
        {
            return found;
        }

        if (before.Type == ItemType.Folder)
        {
            found.Add(before.Folder != after.Folder ? "path" : "attributes");
            return found;
        }

        Add("folder", moved);
        Add("content", before.Digest != after.Digest);
        Add("flags", before.Flags != after.Flags);
        Add("tags", !before.Tags.SequenceEqual(after.Tags, StringComparer.Ordinal));
        Add("date", before.Date != after.Date);
        Add("subject", before.Subject != after.Subject);
        return found;

        void Add(string name, bool differs)
        {
            if (differs)
            {
                found.Add(name);
            }
        }
    }
}
