using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>This node's own backup path, opened by an operation that holds the writer lock.</summary>
internal static class OwnStore
{
    /// <summary>
    /// The catalog follows first, under the lock that the operation holds: whoever only reads and found it missing or behind would wait for that lock.
    /// </summary>
    public static BackupReader Open(BackupLayout layout, IOperationSink sink)
    {
        StoreWriter.OpenCatalog(layout, sink.Warning).Catalog.Dispose();
        return new BackupReader(layout, StoreReader.OpenCatalog(layout, sink.Warning));
    }
}
