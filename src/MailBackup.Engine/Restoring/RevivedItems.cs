using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>
/// Writes into the journal that deleted items live again, so that they go on under their ids instead of coming back as new ones at the next scan.
/// Only items that the backup holds for deleted, in folders that it holds for living: everything else is the scan's to find.
/// </summary>
internal sealed class RevivedItems(BackupLayout layout, IOperationSink sink)
{
    public void Save(string account, IReadOnlyList<RevivedItem> items)
    {
        var registry = AccountRegistry.Load(layout);
        if (items.Count == 0 || registry.FindLiving(account) is not { } id)
        {
            return;
        }

        using var store = new ScanStore(layout, verifyBlobs: false, sink.Warning);
        var deleted = Deleted(store, id, items);
        if (deleted.Count == 0)
        {
            return;
        }

        var scanAccount = store.OpenAccount(id, registry.Stats[id]);
        var folders = scanAccount.Stat.Folders.ToDictionary(f => (f.Path, f.Kind));
        var now = TransactionLine.Truncate(DateTimeOffset.UtcNow);
        foreach (var item in deleted)
        {
            if (folders.TryGetValue((item.FolderPath, item.FolderKind), out var folder))
            {
                store.Writer.Append(scanAccount.Journal, item.Id, item.State with { Folder = new ItemId(folder.Id) }, now);

                // Listed again at the next scan: the folder has changed in any case.
                folders[(folder.Path, folder.Kind)] = folder with { Items = folder.Items + 1, Token = null };
            }
        }

        store.Writer.Commit();
        var stat = scanAccount.Stat with
        {
            Journal = scanAccount.Journal.Writer.Position,
            NextItem = scanAccount.NextItem,
            Folders = [.. scanAccount.Stat.Folders.Select(f => folders[(f.Path, f.Kind)])],
        };
        stat.Write(layout, id);
    }

    private static List<RevivedItem> Deleted(ScanStore store, Guid account, IReadOnlyList<RevivedItem> items)
    {
        using var db = store.Writer.Catalog.Connect();
        using var select = db.Prepare($"SELECT deleted FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND item = ? AND end = {Catalog.Open}");
        var deleted = new List<RevivedItem>();
        foreach (var item in items)
        {
            if (select.Bind(0, account.ToString("D")).Bind(1, item.Id.Value).Step() && select.Int64(0) != 0)
            {
                deleted.Add(item);
            }

            select.Reset();
        }

        return deleted;
    }
}
