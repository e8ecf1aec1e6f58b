using System.Collections.Concurrent;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>
/// Writes into the journal that deleted items live again, so that they go on under their ids instead of coming back as new ones at the next scan.
/// Folders that were made for them are written down as the server now shows them. Everything else is the scan's to find.
/// </summary>
internal sealed class RevivedItems(BackupLayout layout, IMailSource source, Guid account, IOperationSink sink) : IRestoreRecord
{
    private readonly ConcurrentQueue<(ItemId Id, RestoreFolder Folder, ItemState State)> _revived = new();

    public void Restored(PlannedItem item, ItemState state, RestoredItem restored)
    {
        if (item.Revives)
        {
            _revived.Enqueue((item.Id, item.Folder, state with { Key = restored.Key, Date = restored.Date }));
        }
    }

    public async ValueTask SaveAsync()
    {
        if (_revived.IsEmpty || AccountStat.Read(layout, account) is not { } stat)
        {
            return;
        }

        var there = await source.ListFoldersAsync(stat.Name, CancellationToken.None).ConfigureAwait(false);
        try
        {
            Save(stat, there);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Storage.Sqlite.SqliteFailure)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    private void Save(AccountStat stat, IReadOnlyList<SourceFolder> there)
    {
        using var store = new ScanStore(layout, verifyBlobs: false, sink.Warning);
        var scanAccount = store.OpenAccount(account, stat);
        var now = TransactionLine.Truncate(DateTimeOffset.UtcNow);
        var folders = new RevivedFolders(store, scanAccount, there, now);
        while (_revived.TryDequeue(out var item))
        {
            if (folders.Take(item.Folder) is { } folder)
            {
                store.Writer.Append(scanAccount.Journal, item.Id, item.State with { Folder = folder }, now);
            }
        }

        store.Writer.Commit();
        (scanAccount.Stat with
        {
            Journal = scanAccount.Journal.Writer.Position,
            NextItem = scanAccount.NextItem,
            Folders = folders.Stats,
        }).Write(layout, account);
    }
}
