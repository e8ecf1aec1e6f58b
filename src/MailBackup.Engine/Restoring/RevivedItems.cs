using System.Collections.Concurrent;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>
/// Writes into the journal that deleted items live again, so that they go on under their ids instead of coming back as new ones at the next scan.
/// Only items that the backup holds for deleted, in folders that it holds for living: everything else is the scan's to find.
/// </summary>
internal sealed class RevivedItems(BackupLayout layout, Guid account, IOperationSink sink) : IRestoreRecord
{
    private readonly ConcurrentQueue<(ItemId Id, RestoreFolder Folder, ItemState State)> _revived = new();

    public void Restored(PlannedItem item, ItemState state, RestoredItem restored)
    {
        if (item.Revives)
        {
            _revived.Enqueue((item.Id, item.Folder, state with { Key = restored.Key, Date = restored.Date }));
        }
    }

    public ValueTask SaveAsync()
    {
        if (!_revived.IsEmpty && AccountStat.Read(layout, account) is { Deleted: false } stat)
        {
            Save(stat);
        }

        return ValueTask.CompletedTask;
    }

    private void Save(AccountStat saved)
    {
        using var store = new ScanStore(layout, verifyBlobs: false, sink.Warning);
        var scanAccount = store.OpenAccount(account, saved);
        var folders = scanAccount.Stat.Folders.ToDictionary(f => (f.Path, f.Kind));
        var now = TransactionLine.Truncate(DateTimeOffset.UtcNow);
        while (_revived.TryDequeue(out var item))
        {
            if (folders.TryGetValue((item.Folder.Path, item.Folder.Kind), out var folder))
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
        stat.Write(layout, account);
    }
}
