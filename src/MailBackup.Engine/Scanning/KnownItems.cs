using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Scanning;

/// <summary>Asks the catalog what is known of an account's folders and living items.</summary>
internal static class KnownItems
{
    // Sorts behind every other.
    private const string LastCharacter = "\U0010FFFF";

    /// <summary>Living items of one folder.</summary>
    public static List<KnownItem> OfFolder(Catalog catalog, long account, ItemId folder)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT item, type, key, flags, tags, date, size, digest, segment, offset, length FROM state
            WHERE account = ? AND folder = ? AND end = {Catalog.Open} AND deleted = 0
            """);
        select.Bind(0, account).Bind(1, folder.Value);
        var items = new List<KnownItem>();
        while (select.Step())
        {
            items.Add(Read(select, folder));
        }

        return items;
    }

    /// <summary>
    /// Living items of one folder by the stable keys that these have; null when two have one, which only the whole folder tells apart.
    /// </summary>
    public static Dictionary<string, KnownItem>? Named(
        Catalog catalog, long account, ItemId folder, FolderKind kind, IReadOnlyList<SourceItem> items, IMailSource source)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT item, type, key, flags, tags, date, size, digest, segment, offset, length FROM state
            WHERE account = ? AND folder = ? AND key >= ? AND key <= ? AND end = {Catalog.Open} AND deleted = 0
            """);
        var found = new Dictionary<string, KnownItem>(StringComparer.Ordinal);
        foreach (string stable in items.Select(i => i.StableKey))
        {
            foreach (string prefix in source.KeyPrefixes(kind, stable))
            {
                select.Reset();
                select.Bind(0, account).Bind(1, folder.Value).Bind(2, prefix).Bind(3, prefix + LastCharacter);
                while (select.Step())
                {
                    var item = Read(select, folder);
                    if (source.StableKeyOf(kind, item.Key) == stable && !found.TryAdd(stable, item))
                    {
                        return null;
                    }
                }
            }
        }

        return found;
    }

    private static KnownItem Read(SqliteStatement row, ItemId folder) => new(
        new ItemId(row.Int64(0)), folder, (ItemType)row.Int32(1), row.Text(2), (MessageFlags)row.Int32(3),
        row.IsNull(4) ? null : row.Text(4), new DateTimeOffset(row.Int64(5), TimeSpan.Zero), row.Int64(6), row.Digest(7),
        new JournalPlace(row.Int32(8), row.Int64(9), row.Int32(10)));

    /// <summary>Of the living messages of an account, one for each of these stable keys that has any.</summary>
    public static Dictionary<string, KnownItem> Copied(Catalog catalog, long account, Func<string, string> stableOf, IReadOnlySet<string> wanted)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT item, type, key, flags, tags, date, size, digest, segment, offset, length, folder FROM state
            WHERE account = ? AND type = {(int)ItemType.Message} AND end = {Catalog.Open} AND deleted = 0
            """);
        select.Bind(0, account);
        var items = new Dictionary<string, KnownItem>(StringComparer.Ordinal);
        while (select.Step())
        {
            string stable = stableOf(select.Text(2));
            if (wanted.Contains(stable))
            {
                items.TryAdd(stable, Read(select, new ItemId(select.Int64(11))));
            }
        }

        return items;
    }

    /// <summary>The number that the catalog has given to an account; 0 when it knows none.</summary>
    public static long AccountNumber(Catalog catalog, Guid account)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare("SELECT id FROM account WHERE uuid = ?");
        return select.Bind(0, account.ToString("D")).Step() ? select.Int64(0) : 0;
    }

    /// <summary>
    /// The folders as the journal has them, without tokens: what <c>account_stat</c> says when it is lost or behind. Everything is listed again then.
    /// </summary>
    public static List<FolderStat> Folders(StoreWriter store, AccountJournal journal) =>
        Folders(store.Layout, store.Catalog, journal.Account, journal.CatalogId);

    /// <param name="catalogId">The account's number in the catalog.</param>
    public static List<FolderStat> Folders(BackupLayout layout, Catalog catalog, Guid account, long catalogId)
    {
        using var db = catalog.Connect();
        var folders = new List<FolderStat>();
        using (var select = db.Prepare($"SELECT segment, offset, length FROM state WHERE account = ? AND type = {(int)ItemType.Folder} AND end = {Catalog.Open} AND deleted = 0"))
        {
            select.Bind(0, catalogId);
            while (select.Step())
            {
                var place = new JournalPlace(select.Int32(0), select.Int64(1), select.Int32(2));
                folders.Add(FolderState.ToStat(JournalLookup.ReadTransaction(layout, account, place)));
            }
        }

        using var count = db.Prepare($"SELECT count(*) FROM state WHERE account = ? AND folder = ? AND end = {Catalog.Open} AND deleted = 0");
        for (int i = 0; i < folders.Count; i++)
        {
            count.Bind(0, catalogId).Bind(1, folders[i].Id).Step();
            folders[i] = folders[i] with { Items = count.Int64(0) };
            count.Reset();
        }

        return folders;
    }

    /// <summary>The highest item number ever given in the account.</summary>
    public static long LastItem(StoreWriter store, AccountJournal journal)
    {
        using var db = store.Catalog.Connect();
        long met = db.Scalar($"SELECT max(item) FROM state WHERE account = {journal.CatalogId}") ?? 0;

        // Higher after a purge has taken the last items.
        return Math.Max(met, db.Scalar($"SELECT last_item FROM account WHERE id = {journal.CatalogId}") ?? 0);
    }
}
