using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>Which items of an account of another backup an earlier restore has brought here and are still here, wherever they were moved to.</summary>
internal sealed class PresentItems
{
    private readonly Dictionary<ItemId, HashSet<Digest>> _present = new();

    /// <summary>Reads the map of the account and keeps of it what the backup holds for living.</summary>
    public static PresentItems Load(BackupLayout own, Guid account, Guid sourceAccount)
    {
        var items = new PresentItems();
        string path = own.IdMapper(account);
        if (!File.Exists(path))
        {
            return items;
        }

        using var catalog = StoreReader.OpenCatalog(own, null);
        using var db = catalog.Connect();
        using var select = db.Prepare(
            $"SELECT 1 FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? AND end = {Catalog.Open} AND deleted = 0");
        foreach (var (_, item, restored, digest) in IdMap.Read(path).Where(e => e.Account == sourceAccount))
        {
            if (select.Bind(0, account.ToString("D")).Bind(1, restored.Value).Step())
            {
                (items._present.TryGetValue(item, out var digests) ? digests : items._present[item] = []).Add(digest);
            }

            select.Reset();
        }

        return items;
    }

    public bool Contains(ItemId item, Digest digest) => _present.TryGetValue(item, out var digests) && digests.Contains(digest);
}
