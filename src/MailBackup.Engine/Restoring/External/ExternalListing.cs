using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>A state of an item as an external restore needs it.</summary>
/// <param name="Place">Where its photograph stands.</param>
/// <param name="Moment">When it lay in its folder; null for now.</param>
internal readonly record struct ExternalItem(ItemPlace Place, DateTimeOffset? Moment, Digest? Digest);

/// <summary>Lists the items of an account in another backup, newest first, streaming.</summary>
internal sealed class ExternalListing(Catalog catalog, ExternalRestoreRequest request)
{
    private const string Columns = "s.item, s.type, s.folder, s.end, s.segment, s.offset, s.length, s.digest, s.date";

    /// <summary>Folders excepted; with deleted ones as they were last, when those are asked for.</summary>
    public IEnumerable<ExternalItem> List(Guid account)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"SELECT * FROM ({Sql(Columns)}) ORDER BY 9 DESC, 1 DESC");
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            var end = select.Int64(3) == Catalog.Open ? (DateTimeOffset?)null : new DateTimeOffset(select.Int64(3), TimeSpan.Zero);
            var place = new ItemPlace(
                new ItemId(select.Int64(0)), (ItemType)select.Int32(1), new ItemId(select.Int64(2)), end, DeletedNow: false,
                new JournalPlace(select.Int32(4), select.Int64(5), select.Int32(6)));

            // A state that was over by then was ended by the deletion.
            bool over = end is { } e && (request.At is not { } at || e <= at);
            yield return new ExternalItem(place, over ? end!.Value.AddTicks(-1) : request.At, select.Digest(7));
        }
    }

    public long Count(Guid account)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"SELECT count(*) FROM ({Sql("s.item")})");
        return select.Bind(0, account.ToString("D")).Step() ? select.Int64(0) : 0;
    }

    /// <summary>Items that are left out because of their size.</summary>
    public long CountTooLarge(Guid account)
    {
        if (request.MaxItemSize is not { } limit)
        {
            return 0;
        }

        using var db = catalog.Connect();
        using var select = db.Prepare($"SELECT count(*) FROM ({Sql("s.item", $"s.size > {limit}")})");
        return select.Bind(0, account.ToString("D")).Step() ? select.Int64(0) : 0;
    }

    private string Sql(string columns, string? size = null)
    {
        size ??= request.MaxItemSize is { } limit ? string.Create(CultureInfo.InvariantCulture, $"s.size <= {limit}") : "1";
        const string account = "(SELECT id FROM account WHERE uuid = ?1)";
        string what = $"s.deleted = 0 AND s.type <> {(int)ItemType.Folder} AND {size}";
        string living = $"SELECT {columns} FROM state s WHERE s.account = {account} AND {what} AND {InForce("s")}";
        return !request.IncludeDeleted ? living : $"""
            {living} UNION ALL
            SELECT {columns} FROM state d JOIN state s ON s.account = d.account AND s.item = d.item AND s.tx =
                (SELECT max(x.tx) FROM state x WHERE x.account = d.account AND x.item = d.item AND x.tx < d.tx AND x.deleted = 0)
            WHERE d.account = {account} AND d.deleted = 1 AND {InForce("d")} AND {what}
            """;
    }

    private string InForce(string row) => request.At is { } at
        ? string.Create(CultureInfo.InvariantCulture, $"{row}.start <= {at.UtcTicks} AND {row}.end > {at.UtcTicks}")
        : $"{row}.end = {Catalog.Open}";
}
