using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>
/// Which items of an account of another backup an earlier restore has brought here and are still here, wherever they were moved to. An id and a content are
/// held as 16 bytes, which nobody makes two of that are the same.
/// </summary>
internal sealed class PresentItems
{
    private readonly HashSet<UInt128> _present = [];

    /// <summary>Reads the map of the account and keeps of it what the backup holds for living.</summary>
    /// <param name="catalog">Of this server's backup.</param>
    /// <param name="sameIds">The other backup is an export of this one: its ids are the ids here.</param>
    public static PresentItems Load(BackupLayout own, Catalog catalog, Guid account, Guid sourceAccount, bool sameIds)
    {
        var items = new PresentItems();
        string path = own.IdMapper(account);
        using var db = catalog.Connect();
        if (sameIds && account == sourceAccount)
        {
            using var living = db.Prepare($"""
                SELECT item, digest FROM state
                WHERE account = (SELECT id FROM account WHERE uuid = ?) AND end = {Catalog.Open} AND deleted = 0 AND digest IS NOT NULL
                """);
            living.Bind(0, account.ToString("D"));
            while (living.Step())
            {
                items.Add(new ItemId(living.Int64(0)), living.Digest(1)!.Value);
            }
        }

        using var select = db.Prepare(
            $"SELECT 1 FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? AND end = {Catalog.Open} AND deleted = 0");
        foreach (var (_, item, restored, digest) in IdMap.Read(path).Where(e => e.Account == sourceAccount))
        {
            if (select.Bind(0, account.ToString("D")).Bind(1, restored.Value).Step())
            {
                items.Add(item, digest);
            }

            select.Reset();
        }

        return items;
    }

    public bool Contains(ItemId item, Digest digest) => _present.Contains(Key(item, digest));

    private void Add(ItemId item, Digest digest) => _present.Add(Key(item, digest));

    private static UInt128 Key(ItemId item, Digest digest) => digest.Half() + (ulong)item.Value;
}
