using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// The store as a scan uses it: opened when the first difference is met, because a scan that finds nothing changed needs none of it.
/// </summary>
internal sealed class ScanStore(BackupLayout layout, bool verifyBlobs, Action<string> warn) : IDisposable
{
    private readonly Lazy<StoreWriter> _writer = new(() => StoreWriter.Open(layout, warn, verifyBlobs));

    public BackupLayout Layout => layout;

    /// <summary>Which of the pipelines that use this store is at which account.</summary>
    public AccountLeases Leases { get; } = new();

    public bool IsOpen => _writer.IsValueCreated;

    public StoreWriter Writer => _writer.Value;

    /// <summary>By everybody who uses this store.</summary>
    public long BytesStored => IsOpen ? Writer.Blobs.BytesStored + Writer.JournalBytes : 0;

    /// <summary>
    /// Opens an account for changes. When its <c>account_stat</c> does not belong to the journal's end (lost, or a crash came in between), folders and item
    /// numbers are told from the journal.
    /// </summary>
    public ScanAccount OpenAccount(Guid id, AccountStat stat)
    {
        var journal = Writer.OpenJournal(id);
        if (stat.Journal != journal.Writer.Position)
        {
            stat = stat with { Folders = KnownItems.Folders(Writer, journal) };
        }

        // Never believed alone: nothing proves account_stat, and a number that is given twice makes two items one.
        return new ScanAccount(id, stat with { NextItem = Math.Max(stat.NextItem, KnownItems.LastItem(Writer, journal) + 1) }, journal);
    }

    public void Dispose()
    {
        if (IsOpen)
        {
            Writer.Dispose();
        }
    }
}
