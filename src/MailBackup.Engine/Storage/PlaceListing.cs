using System.Globalization;
using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// Lists the places of states, streaming: a few numbers a row, sorted by SQLite, which keeps what does not fit into its memory in a file.
/// </summary>
internal sealed class PlaceListing(Catalog catalog)
{
    private static readonly string s_notFolder = $"s.type <> {(int)ItemType.Folder}";

    private static readonly string s_deletedNow = $"""
        EXISTS (SELECT 1 FROM state n WHERE n.account = s.account AND n.item = s.item AND n.end = {Catalog.Open} AND n.deleted = 1)
        """;

    /// <summary>All items, folders excepted, that an account had at a moment (null: has now), newest first by their date.</summary>
    public IEnumerable<ItemPlace> LivingAt(Guid account, DateTimeOffset? at) => Stream(
        account,
        $"""
        SELECT s.item, s.type, s.folder, s.end, {(at is null ? "0" : $"s.end <> {Catalog.Open} AND {s_deletedNow}")}, s.segment, s.offset, s.length
        FROM state s WHERE s.account = {Account} AND s.deleted = 0 AND {s_notFolder} AND {InForce(at)} ORDER BY s.date DESC, s.item DESC
        """);

    /// <summary>
    /// The state that each of these items had at a moment, or (null) its latest in which it was not deleted. Null for one that has none. Folders too.
    /// </summary>
    public IEnumerable<(ItemId Id, ItemPlace? Place)> Named(Guid account, IEnumerable<ItemId> items, DateTimeOffset? at)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT s.item, s.type, s.folder, s.end, s.end <> {Catalog.Open} AND {s_deletedNow}, s.segment, s.offset, s.length
            FROM state s WHERE s.account = {Account} AND s.item = ? AND s.deleted = 0 {(at is null ? "" : "AND " + InForce(at))} ORDER BY s.tx DESC LIMIT 1
            """);
        foreach (var item in items)
        {
            ItemPlace? place = select.Bind(0, account.ToString("D")).Bind(1, item.Value).Step() ? Read(select) : null;
            select.Reset();
            yield return (item, place);
        }
    }

    /// <summary>
    /// Items, folders excepted, that were deleted at or after one moment and before another, newest first by their date: the last deletion of each
    /// in that time.
    /// </summary>
    /// <param name="stillDeleted">Only those that were so at the end of the time.</param>
    public IEnumerable<Deletion> Deleted(Guid account, DateTimeOffset after, DateTimeOffset before, bool stillDeleted = false)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT s.item, max(s.tx), s.start, {s_deletedNow} FROM state s
            WHERE s.account = {Account} AND s.deleted = 1 AND {s_notFolder} AND s.start >= {after.UtcTicks} AND s.start < {before.UtcTicks}
            GROUP BY s.item {(stillDeleted ? $"HAVING s.end >= {before.UtcTicks}" : "")} ORDER BY s.date DESC, s.item DESC
            """));
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            yield return new Deletion(
                new ItemId(select.Int64(0)), new TransactionId(select.Int64(1)), new DateTimeOffset(select.Int64(2), TimeSpan.Zero), select.Int64(3) != 0);
        }
    }

    public long CountLivingAt(Guid account, DateTimeOffset? at)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"SELECT count(*) FROM state s WHERE s.account = {Account} AND s.deleted = 0 AND {s_notFolder} AND {InForce(at)}");
        return select.Bind(0, account.ToString("D")).Step() ? select.Int64(0) : 0;
    }

    /// <summary>Items that the account ever had, folders too.</summary>
    public long CountItems(Guid account)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"SELECT count(DISTINCT item) FROM state WHERE account = {Account}");
        return select.Bind(0, account.ToString("D")).Step() ? select.Int64(0) : 0;
    }

    private const string Account = "(SELECT id FROM account WHERE uuid = ?)";

    private static string InForce(DateTimeOffset? at) => at is { } moment
        ? string.Create(CultureInfo.InvariantCulture, $"s.start <= {moment.UtcTicks} AND s.end > {moment.UtcTicks}")
        : $"s.end = {Catalog.Open}";

    private IEnumerable<ItemPlace> Stream(Guid account, string sql)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare(sql);
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            yield return Read(select);
        }
    }

    private static ItemPlace Read(SqliteStatement row) => new(
        new ItemId(row.Int64(0)),
        (ItemType)row.Int32(1),
        new ItemId(row.Int64(2)),
        row.Int64(3) is var end && end == Catalog.Open ? null : new DateTimeOffset(end, TimeSpan.Zero),
        row.Int64(4) != 0,
        new JournalPlace(row.Int32(5), row.Int64(6), row.Int32(7)));
}
