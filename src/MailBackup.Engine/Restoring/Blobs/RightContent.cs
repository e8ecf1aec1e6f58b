using MailBackup.Model;
using MailBackup.Scanning;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Restoring.Blobs;

/// <summary>Tells what content an item of one account should have.</summary>
/// <param name="account">The account's number in the catalog.</param>
internal sealed class RightContent(Catalog catalog, long account, DateTimeOffset? at) : IDisposable
{
    private readonly SqliteDatabase _db = catalog.Connect();
    private SqliteStatement? _select;

    /// <summary>
    /// As it was at the moment; else the latest, but when a scan has already seen the item emptied, the last before that. Null when there is none.
    /// </summary>
    public (Digest Digest, long Size, JournalPlace Place)? Of(KnownItem item) =>
        at is { } moment ? Find(item.Id, moment.UtcTicks, moment.UtcTicks)
        : item is { Size: > 0, Digest: { } digest } ? (digest, item.Size, item.Place)
        : Find(item.Id, long.MaxValue, long.MinValue);

    public void Dispose()
    {
        _select?.Dispose();
        _db.Dispose();
    }

    private (Digest Digest, long Size, JournalPlace Place)? Find(ItemId item, long startedBy, long endedAfter)
    {
        _select ??= _db.Prepare(
            "SELECT digest, size, segment, offset, length FROM state WHERE account = ? AND item = ? AND deleted = 0 AND size > 0 AND start <= ? AND end > ? ORDER BY tx DESC LIMIT 1");
        _select.Bind(0, account).Bind(1, item.Value).Bind(2, startedBy).Bind(3, endedAfter);
        (Digest, long, JournalPlace)? found = _select.Step() && _select.Digest(0) is { } digest
            ? (digest, _select.Int64(1), new JournalPlace(_select.Int32(2), _select.Int64(3), _select.Int32(4))) : null;
        _select.Reset();
        return found;
    }
}
