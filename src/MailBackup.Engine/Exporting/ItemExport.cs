using System.Buffers;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Exporting;

/// <summary>Writes the items of an account, a file each, and gathers the blobs that they name.</summary>
internal sealed class ItemExport(BackupReader reader, ExportDestination destination, WantedBlobs blobs, IOperationSink sink)
{
    private readonly ArrayBufferWriter<byte> _file = new(4096);

    public long Written { get; private set; }

    public long Unchanged { get; private set; }

    public long Errors { get; private set; }

    /// <summary>Transactions that cannot be read: which contents they name is not known.</summary>
    public long Unread { get; private set; }

    /// <summary>Transactions that cannot be read cost themselves; the others of the item are exported, and the item is reported.</summary>
    /// <param name="done">Called after each item.</param>
    public void Export(Account account, Action done, CancellationToken stop)
    {
        foreach (var (item, places) in Items(account.Id))
        {
            stop.ThrowIfCancellationRequested();
            Export(account, item, places);
            done();
        }
    }

    /// <summary>The items of an account that need one of these blobs.</summary>
    public void ReportBroken(Account account, IReadOnlyDictionary<Digest, MailBackupException> broken, CancellationToken stop)
    {
        foreach (var (item, places) in Items(account.Id))
        {
            stop.ThrowIfCancellationRequested();
            var faults = new HashSet<Digest>();
            foreach (var place in places)
            {
                if (TryRead(account, place, out _, out var transaction, out _))
                {
                    foreach (var digest in ContentReader.PartsOf(transaction!.State).Where(d => broken.ContainsKey(d) && faults.Add(d)))
                    {
                        Trouble(account, item, transaction.State!.Subject, broken[digest]);
                    }
                }
            }
        }
    }

    private void Export(Account account, ItemId item, List<JournalPlace> places)
    {
        var lines = new List<byte[]>(places.Count);
        foreach (var place in places)
        {
            if (!TryRead(account, place, out var line, out var transaction, out var fault))
            {
                Unread++;
                Trouble(account, item, null, fault!);
                continue;
            }

            lines.Add(line);
            Want(account, item, transaction!);
        }

        if (lines.Count == 0)
        {
            return;
        }

        _file.ResetWrittenCount();
        TransparentItem.Write(_file, account.Id, item, lines);
        if (destination.Write(destination.Layout.ItemFile(account.Id, item), _file.WrittenSpan))
        {
            Written++;
        }
        else
        {
            Unchanged++;
        }
    }

    private bool TryRead(Account account, JournalPlace place, out byte[] line, out Transaction? transaction, out MailBackupException? fault)
    {
        try
        {
            (line, transaction) = JournalLookup.ReadBoth(reader.Layout, account.Id, place);
            fault = null;
            return true;
        }
        catch (MailBackupException e)
        {
            (line, transaction, fault) = ([], null, e);
            return false;
        }
    }

    private void Want(Account account, ItemId item, Transaction transaction)
    {
        foreach (var digest in ContentReader.PartsOf(transaction.State))
        {
            if (reader.Catalog.FindBlob(digest) is { } location)
            {
                blobs.Add(digest, location);
            }
            else
            {
                blobs.AddMissing(digest);
                Trouble(account, item, transaction.State!.Subject, BundleReader.Missing(digest, null));
            }
        }
    }

    private void Trouble(Account account, ItemId item, string? subject, MailBackupException fault)
    {
        Errors++;
        sink.Trouble(new ItemTrouble(fault.ErrorId, account.Name, item.Value, subject, fault.Message));
    }

    private IEnumerable<(ItemId Item, List<JournalPlace> Places)> Items(Guid account)
    {
        using var db = reader.Catalog.Connect();
        using var select = db.Prepare(
            "SELECT item, segment, offset, length FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) ORDER BY item, tx");
        select.Bind(0, account.ToString("D"));
        long item = 0;
        var places = new List<JournalPlace>();
        while (select.Step())
        {
            if (select.Int64(0) != item && places.Count > 0)
            {
                yield return (new ItemId(item), places);
                places = [];
            }

            item = select.Int64(0);
            places.Add(new JournalPlace(select.Int32(1), select.Int64(2), select.Int32(3)));
        }

        if (places.Count > 0)
        {
            yield return (new ItemId(item), places);
        }
    }
}
