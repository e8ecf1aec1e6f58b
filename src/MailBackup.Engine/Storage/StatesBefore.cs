using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>Asks for the states that one item after another had before a transaction: one statement for all of them. One thread.</summary>
internal sealed class StatesBefore : IDisposable
{
    private readonly SqliteDatabase _db;
    private readonly SqliteStatement _select;
    private readonly string _account;

    public StatesBefore(Catalog catalog, Guid account)
    {
        _account = account.ToString("D");
        _db = catalog.Connect();
        _select = _db.Prepare("""
            SELECT type, folder, start, end, segment, offset, length FROM state
            WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? AND tx < ? AND deleted = 0 ORDER BY tx DESC
            """);
    }

    /// <summary>Latest first; read as far as it is asked for.</summary>
    public IEnumerable<(ItemPlace Place, DateTimeOffset Start)> Of(ItemId item, TransactionId before)
    {
        _select.Bind(0, _account).Bind(1, item.Value).Bind(2, before.Value);
        try
        {
            while (_select.Step())
            {
                var place = new ItemPlace(
                    item,
                    (ItemType)_select.Int32(0),
                    new ItemId(_select.Int64(1)),
                    _select.Int64(3) is var end && end == Catalog.Open ? null : new DateTimeOffset(end, TimeSpan.Zero),
                    DeletedNow: true,
                    new JournalPlace(_select.Int32(4), _select.Int64(5), _select.Int32(6)));
                yield return (place, new DateTimeOffset(_select.Int64(2), TimeSpan.Zero));
            }
        }
        finally
        {
            _select.Reset();
        }
    }

    public void Dispose()
    {
        _select.Dispose();
        _db.Dispose();
    }
}
