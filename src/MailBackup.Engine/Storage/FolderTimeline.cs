using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>One state of a folder.</summary>
/// <param name="Start">UTC ticks.</param>
/// <param name="Path">Of a deletion: the path that it had.</param>
internal readonly record struct FolderSpan(long Start, bool Deleted, string Path, JournalPlace Place);

/// <summary>All states that each folder of an account ever had: which path a folder had at a moment, and where its photograph stands.</summary>
internal sealed class FolderTimeline
{
    private readonly Dictionary<long, List<FolderSpan>> _folders = [];

    /// <summary>Folder ids with their states, oldest first.</summary>
    public IReadOnlyDictionary<long, List<FolderSpan>> Folders => _folders;

    public static FolderTimeline Load(Catalog catalog, Guid account)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT item, start, deleted, subject, segment, offset, length FROM state
            WHERE account = (SELECT id FROM account WHERE uuid = ?) AND type = {(int)ItemType.Folder} ORDER BY item, tx
            """);
        select.Bind(0, account.ToString("D"));
        var timeline = new FolderTimeline();
        while (select.Step())
        {
            long item = select.Int64(0);
            var spans = timeline._folders.TryGetValue(item, out var known) ? known : timeline._folders[item] = [];
            spans.Add(new FolderSpan(
                select.Int64(1), select.Int64(2) != 0, select.Text(3), new JournalPlace(select.Int32(4), select.Int64(5), select.Int32(6))));
        }

        return timeline;
    }

    /// <summary>The path that a folder had at a moment; its last one when it had none any more; empty for a folder that is not known.</summary>
    public string PathAt(long folder, long ticks)
    {
        if (!_folders.TryGetValue(folder, out var spans))
        {
            return "";
        }

        string path = spans[0].Path;
        foreach (var span in spans)
        {
            if (span.Start <= ticks)
            {
                path = span.Path;
            }
        }

        return path;
    }

    /// <summary>The last state up to a moment in which the folder was there, else its first; null for a folder that is not known.</summary>
    public FolderSpan? LivingAt(ItemId folder, long ticks)
    {
        FolderSpan? found = null;
        foreach (var span in _folders.TryGetValue(folder.Value, out var spans) ? spans : [])
        {
            if (!span.Deleted && (found is null || span.Start <= ticks))
            {
                found = span;
            }
        }

        return found;
    }

    /// <summary>Folders that were there at a moment, parents before children.</summary>
    public IEnumerable<(ItemId Id, FolderSpan Span)> ThereAt(long ticks) => _folders
        .Select(f => (Id: new ItemId(f.Key), Span: f.Value.LastOrDefault(s => s.Start <= ticks)))
        .Where(f => f.Span.Path is not null && !f.Span.Deleted)
        .OrderBy(f => f.Span.Path, StringComparer.Ordinal);
}
