using MailBackup.Model;
using MailBackup.Searching.Query;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>
/// Runs a query: the index gives documents with scores, its entries the items that have them, the catalog what they are now. Documents come a
/// few thousand at a time, the latest indexed first, and are ranked among themselves: by score, then newest first. So a word that stands in
/// every item costs no more than a rare one, and items are looked up as they are asked for.
/// </summary>
internal sealed class ItemSearch(SqliteDatabase index, BackupReader reader, SearchQuery query) : IDisposable
{
    private readonly Dictionary<long, Guid> _accounts = [];
    private readonly List<Entry> _entries = [];
    private SqliteStatement? _matches, _select;

    /// <summary>Throws <c>SearchQueryInvalid</c>, <c>AccountNotFound</c>, <c>FolderNotFound</c> before the first item.</summary>
    public IEnumerable<FoundItem> Run()
    {
        var (expression, ranks) = MatchExpression.Of(query);
        var wanted = query.Accounts.Select(reader.Items.Find).ToHashSet();
        if (query.Folder is { } folder)
        {
            reader.Items.RequireFolder(folder, wanted.Count > 0 ? wanted : reader.Registry.Stats.Keys, query.Accounts is [var one] ? one : null);
        }

        using (var accounts = index.Prepare("SELECT id, uuid FROM account"))
        {
            while (accounts.Step())
            {
                var uuid = Guid.TryParse(accounts.Text(1), out var id) ? id : default;
                if ((wanted.Count == 0 || wanted.Contains(uuid)) && reader.Registry.Stats.ContainsKey(uuid))
                {
                    _accounts.Add(accounts.Int64(0), uuid);
                }
            }
        }

        string score = ranks ? $"-bm25(words, {SearchIndex.Weights})" : "0.0";
        _matches = index.Prepare($"SELECT rowid, {score} FROM words WHERE words MATCH ? ORDER BY rowid DESC");
        _matches.Bind(0, expression);
        return Stream();
    }

    public void Dispose()
    {
        _matches?.Dispose();
        _select?.Dispose();
    }

    private IEnumerable<FoundItem> Stream()
    {
        _select = index.Prepare("SELECT account, item, tx, date, type, size FROM entry WHERE document = ?");
        var found = new List<(double Score, long Document)>();
        for (bool more = true; more;)
        {
            more = ReadMatches(found);
            for (int i = 0; i < found.Count;)
            {
                // Documents that fit equally well: the newest item first.
                double score = found[i].Score;
                _entries.Clear();
                for (; i < found.Count && found[i].Score == score; i++)
                {
                    ReadEntries(found[i].Document);
                }

                _entries.Sort();
                foreach (var entry in _entries)
                {
                    var item = reader.Items.FindContent(_accounts[entry.Account], new ItemId(entry.Item), new TransactionId(entry.Transaction));
                    if (item is not null && IsWanted(item))
                    {
                        yield return new FoundItem(item, score);
                    }
                }
            }
        }
    }

    /// <summary>The next documents that are ranked together, best first; false when they are the last.</summary>
    private bool ReadMatches(List<(double Score, long Document)> found)
    {
        found.Clear();
        bool more;
        while ((more = _matches!.Step()))
        {
            found.Add((_matches.Double(1), _matches.Int64(0)));
            if (found.Count == query.RankedTogether)
            {
                break;
            }
        }

        found.Sort(static (a, b) => b.Score.CompareTo(a.Score));
        return more;
    }

    private void ReadEntries(long document)
    {
        _select!.Bind(0, document);
        while (_select.Step())
        {
            var entry = new Entry(_select.Int64(3), _select.Int64(0), _select.Int64(1), _select.Int64(2));
            if (_accounts.ContainsKey(entry.Account)
                && (query.After is not { } after || entry.Date >= after.UtcTicks)
                && (query.Before is not { } before || entry.Date < before.UtcTicks)
                && (query.Type is not { } type || _select.Int64(4) == (long)type)
                && (query.LargerThan is not { } size || _select.Int64(5) > size))
            {
                _entries.Add(entry);
            }
        }

        _select.Reset();
    }

    private bool IsWanted(BackupItem item) =>
        (query.Folder is null || item.Folder == query.Folder)
        && query.Selection switch
        {
            ItemSelection.Living => item is { Deleted: false, End: null },
            ItemSelection.Deleted => item is { Deleted: true, End: null },
            _ => true,
        };

    /// <summary>An item that has a document. The newest sorts first.</summary>
    private readonly record struct Entry(long Date, long Account, long Item, long Transaction) : IComparable<Entry>
    {
        public int CompareTo(Entry other) =>
            other.Date != Date ? other.Date.CompareTo(Date) : Account != other.Account ? Account.CompareTo(other.Account) : Item.CompareTo(other.Item);
    }
}
