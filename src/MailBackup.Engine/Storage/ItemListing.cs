using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>Lists states of items from the catalog, streaming: the first is there before the last is read.</summary>
internal sealed class ItemListing(Catalog catalog, AccountRegistry registry) : IDisposable
{
    /// <summary>Accounts whose folders are kept. A listing of all accounts needs those of one at a time.</summary>
    private const int KeptFolders = 64;

    private readonly StatementPool _histories = new(catalog, $"SELECT {Columns}, segment, offset, length FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? ORDER BY tx");
    private readonly StatementPool _contents = new(catalog, $"SELECT {Columns} FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? AND tx >= ? ORDER BY tx");
    private readonly ConcurrentDictionary<Guid, FolderTimeline> _folders = new();

    private const string Columns =
        "item, tx, start, end, deleted, type, folder, flags, tags, date, size, digest, subject, sender, key";

    /// <summary>Throws <c>AccountNotFound</c>, <c>FolderNotFound</c>, <c>ItemNotFound</c> before the first item.</summary>
    public IEnumerable<BackupItem> List(ItemQuery query)
    {
        var accounts = query.Accounts.Count > 0
            ? query.Accounts.Distinct(StringComparer.OrdinalIgnoreCase).Select(Find).ToList()
            : [.. registry.Stats.OrderBy(s => s.Value.Name, StringComparer.Ordinal).Select(s => s.Key)];
        if (query.Folder is not null)
        {
            RequireFolder(query.Folder, accounts, query.Accounts.Count == 1 ? query.Accounts[0] : null);
        }

        foreach (var id in query.Ids.Count > 0 && query.Accounts.Count == 1 ? query.Ids : [])
        {
            if (!Exists(accounts[0], id))
            {
                throw ItemNotFound(registry.Stats[accounts[0]].Name, id);
            }
        }

        return accounts.SelectMany(a => ListAccount(a, query));
    }

    /// <summary>Every state of one item, oldest first; with the places of their lines.</summary>
    public List<(BackupItem Item, JournalPlace Place)> History(string account, ItemId item)
    {
        var id = Find(account);
        var folders = Folders(id);
        var states = _histories.Use(select =>
        {
            select.Bind(0, id.ToString("D")).Bind(1, item.Value);
            var found = new List<(BackupItem Item, JournalPlace Place)>();
            while (select.Step())
            {
                found.Add((Read(select, id, folders, at: null), new JournalPlace(select.Int32(15), select.Int64(16), select.Int32(17))));
            }

            return found;
        });
        return states.Count > 0 ? states : throw ItemNotFound(account, item);
    }

    /// <summary>States of an account in the order of items and of time, each with the number of the folder that it lies in.</summary>
    /// <param name="condition">SQL over the columns of <c>state</c>.</param>
    public IEnumerable<(BackupItem Item, long Folder)> ListStates(Guid account, string condition)
    {
        var folders = Folders(account);
        using var db = catalog.Connect();
        using var select = db.Prepare($"SELECT {Columns} FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND {condition} ORDER BY item, tx");
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            yield return (Read(select, account, folders, at: null), select.Int64(6));
        }
    }

    /// <summary>The path that a folder had at a moment.</summary>
    public string FolderPath(Guid account, long folder, DateTimeOffset moment) => Folders(account).PathAt(folder, moment.UtcTicks);

    /// <summary>
    /// The latest state with the content that transaction <paramref name="from"/> brought: moved, flagged or deleted since, but the same content.
    /// Null when the item has no such transaction.
    /// </summary>
    public BackupItem? FindContent(Guid account, ItemId item, TransactionId from)
    {
        var folders = Folders(account);
        return _contents.Use(states =>
        {
            states.Bind(0, account.ToString("D")).Bind(1, item.Value).Bind(2, from.Value);
            BackupItem? found = null;
            while (states.Step() && (found is null || states.Digest(11) == found.Digest))
            {
                found = Read(states, account, folders, at: null);
            }

            return found?.Digest is null ? null : found;
        });
    }

    /// <summary>Errors: <c>FolderNotFound</c>.</summary>
    /// <param name="onlyAccount">The account to name, where there is but one.</param>
    public void RequireFolder(string folder, IEnumerable<Guid> accounts, string? onlyAccount)
    {
        if (!accounts.Any(a => Folders(a).Folders.Values.Any(f => f.Any(s => s.Path == folder))))
        {
            throw new MailBackupException(
                ErrorIds.FolderNotFound,
                $"There is no folder '{folder}'{(onlyAccount is null ? "" : $" in {onlyAccount}")}.",
                "List the folders with 'mailbackup items --type folder --all'.",
                folder);
        }
    }

    public Guid Find(string account) => registry.Find(account) ?? throw new MailBackupException(
        ErrorIds.AccountNotFound,
        $"The backup has no account {account}.",
        "See 'mailbackup accounts' for the names that are known.",
        account);

    public void Dispose()
    {
        _histories.Dispose();
        _contents.Dispose();
    }

    private static MailBackupException ItemNotFound(string account, ItemId item) => new(
        ErrorIds.ItemNotFound, $"{account} has no item {item} in the backup.", "List the items with 'mailbackup items --all'.", item.Value);

    private IEnumerable<BackupItem> ListAccount(Guid account, ItemQuery query)
    {
        var folders = Folders(account);
        using var db = catalog.Connect();
        using var select = db.Prepare(Sql(query, folders));
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            var item = Read(select, account, folders, query.At);
            if (query.Folder is null || item.Folder == query.Folder)
            {
                yield return item;
            }
        }
    }

    private static string Sql(ItemQuery query, FolderTimeline folders)
    {
        var sql = new StringBuilder("SELECT " + Columns + " FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?)");
        if (query.Ids.Count > 0)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND item IN ({string.Join(',', query.Ids)})");
        }

        if (query.At is { } at)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND start <= {at.UtcTicks} AND end > {at.UtcTicks}");
        }
        else
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND end = {Catalog.Open}");
        }

        sql.Append(query.Selection switch
        {
            ItemSelection.Living => " AND deleted = 0",
            ItemSelection.Deleted => " AND deleted = 1",
            _ => "",
        });
        if (query.Type is { } type)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND type = {(int)type}");
        }

        if (query.After is { } after)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND start >= {after.UtcTicks}");
        }

        if (query.Before is { } before)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND start < {before.UtcTicks}");
        }

        if (query.Folder is { } path)
        {
            // Folders that ever had this path; the exact one at the moment is checked on each row.
            var ids = folders.Folders.Where(f => f.Value.Any(s => s.Path == path)).Select(f => f.Key).ToList();
            string list = string.Join(',', ids);
            sql.Append(CultureInfo.InvariantCulture, $" AND (folder IN ({list}) OR item IN ({list}))");
        }

        return sql.Append(" ORDER BY item").ToString();
    }

    private BackupItem Read(SqliteStatement row, Guid account, FolderTimeline folders, DateTimeOffset? at)
    {
        var type = (ItemType)row.Int32(5);
        long start = row.Int64(2), end = row.Int64(3);
        string subject = row.Text(12);
        return new BackupItem
        {
            Account = registry.Stats[account].Name,
            AccountId = account,
            Id = new ItemId(row.Int64(0)),
            Transaction = new TransactionId(row.Int64(1)),
            Start = new DateTimeOffset(start, TimeSpan.Zero),
            End = end == Catalog.Open ? null : new DateTimeOffset(end, TimeSpan.Zero),
            ListedAt = at,
            Deleted = row.Int64(4) != 0,
            Type = type,
            Folder = type == ItemType.Folder ? subject : folders.PathAt(row.Int64(6), at?.UtcTicks ?? (end == Catalog.Open ? Catalog.Open - 1 : end - 1)),
            Flags = (MessageFlags)row.Int32(7),
            Tags = row.IsNull(8) ? [] : row.Text(8).Split('\n'),
            Date = new DateTimeOffset(row.Int64(9), TimeSpan.Zero),
            Size = row.Int64(10),
            Digest = row.Digest(11),
            Subject = subject,
            From = row.Text(13),
        };
    }

    private FolderTimeline Folders(Guid account)
    {
        if (_folders.TryGetValue(account, out var known))
        {
            return known;
        }

        if (_folders.Count >= KeptFolders)
        {
            _folders.Clear();
        }

        return _folders[account] = FolderTimeline.Load(catalog, account);
    }

    private bool Exists(Guid account, ItemId item)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare("SELECT 1 FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? LIMIT 1");
        return select.Bind(0, account.ToString("D")).Bind(1, item.Value).Step();
    }
}
