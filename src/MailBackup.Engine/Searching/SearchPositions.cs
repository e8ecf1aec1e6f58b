using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>How far the search index has read.</summary>
internal static class SearchPositions
{
    /// <summary>True when the index has read every journal as far as the catalog has. Opens no journal: a search must not look at 10,000 of them.</summary>
    /// <param name="accounts">Only these; empty for all.</param>
    public static bool AreAtEnd(SqliteDatabase catalog, SqliteDatabase index, IReadOnlySet<Guid> accounts)
    {
        var wanted = accounts.Select(a => a.ToString("D")).ToHashSet();
        var read = Read(index, wanted);
        return Read(catalog, wanted).All(c => read.GetValueOrDefault(c.Key, (1, 0)) == c.Value);
    }

    private static Dictionary<string, (int Segment, long Offset)> Read(SqliteDatabase db, HashSet<string> wanted)
    {
        var positions = new Dictionary<string, (int, long)>();
        using var select = db.Prepare("SELECT uuid, segment, offset FROM account");
        while (select.Step())
        {
            if (select.Text(0) is var uuid && (wanted.Count == 0 || wanted.Contains(uuid)))
            {
                positions[uuid] = (Math.Max(select.Int32(1), 1), select.Int64(2));
            }
        }

        return positions;
    }
}
