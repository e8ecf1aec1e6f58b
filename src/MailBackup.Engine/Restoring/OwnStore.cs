using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>This node's own backup path, opened by an operation that holds the writer lock.</summary>
internal static class OwnStore
{
    /// <summary>The path with a catalog that has followed (see <see cref="OpenCatalog"/>), and the accounts whose journals are damaged.</summary>
    public static BackupReader Open(BackupLayout layout, IOperationSink sink)
    {
        var damaged = new Dictionary<Guid, string>();
        return new BackupReader(layout, OpenCatalog(layout, sink.Warning, (account, text) => damaged.TryAdd(account, text))) { Damaged = damaged };
    }

    /// <summary>
    /// The catalog follows first, under the lock that the operation holds: whoever only reads and found it missing would wait for that lock, and found it behind
    /// would do with it as it is.
    /// </summary>
    public static Catalog OpenCatalog(BackupLayout layout, Action<string>? warn, Action<Guid, string>? damaged = null)
    {
        StoreWriter.OpenCatalog(layout, warn, damaged).Catalog.Dispose();
        return StoreReader.OpenCatalog(layout, null);
    }

    /// <summary>Tells that something of an account is not listed: whatever is done with what is listed is then no success.</summary>
    /// <returns>True when it is so.</returns>
    public static bool TellDamage(BackupReader reader, Guid account, IOperationSink sink)
    {
        if (!reader.Damaged.TryGetValue(account, out string? text))
        {
            return false;
        }

        string name = reader.Registry.Stats.TryGetValue(account, out var stat) ? stat.Name : account.ToString("D");
        sink.Trouble(new ItemTrouble(ErrorIds.JournalDamaged, name, null, reader.Layout.ItemJournal(account).Segment(1), text));
        return true;
    }
}
