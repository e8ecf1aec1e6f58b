using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>One search: opens index and catalog, says so when the index is behind, and turns what SQLite says of the index into an error of ours.</summary>
internal sealed class Search(BackupLayout layout, BackupReading reading, SearchQuery query, Action<string> warn)
{
    private bool _warned;

    public IEnumerable<FoundItem> Run()
    {
        // Before anything is opened, and before the first item is asked for.
        _ = Query.MatchExpression.Of(query);
        return reading.Stream(Find);
    }

    private IEnumerable<FoundItem> Find(BackupReader reader)
    {
        using var index = Guard(() => SearchIndex.OpenExisting(layout)) ?? throw new MailBackupException(
            ErrorIds.SearchIndexMissing,
            $"{layout.Root} has not been indexed for searching yet.",
            "Run 'mailbackup index': it reads the backup once, and every scan keeps the index up to date from then on.",
            layout.Root);
        WarnWhenBehind(index, reader);
        using var search = new ItemSearch(index, reader, query);
        using var items = Guard(search.Run).GetEnumerator();
        while (Guard(items.MoveNext))
        {
            yield return items.Current;
        }
    }

    private void WarnWhenBehind(SqliteDatabase index, BackupReader reader)
    {
        if (_warned)
        {
            return;
        }

        var accounts = query.Accounts.Select(reader.Items.Find).ToHashSet();
        using var catalog = reader.Catalog.Connect();
        if (!Guard(() => SearchPositions.AreAtEnd(catalog, index, accounts)))
        {
            _warned = true;
            warn("The search index is behind: the latest changes cannot be found yet. Bring it up to date with 'mailbackup index'.");
        }
    }

    private T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (SqliteFailure e) when (e.IsDamage && e.File == layout.SearchIndex)
        {
            throw new MailBackupException(
                ErrorIds.SearchIndexDamaged,
                $"The search index {layout.SearchIndex} is damaged: {e.Message}.",
                "Run 'mailbackup index --rebuild' to make it anew; nothing else is affected.",
                layout.SearchIndex,
                e);
        }
    }
}
