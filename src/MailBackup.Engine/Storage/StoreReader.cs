using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// A backup path opened for reading. Makes sure that the catalog has followed the journals: with the writer lock when it is free, else the
/// process that has the lock keeps the catalog up to date itself.
/// </summary>
internal static class StoreReader
{
    public static Catalog OpenCatalog(BackupLayout layout, Action<string>? warn)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                var catalog = Catalog.OpenExisting(layout);
                if (catalog is not null && CatalogFollower.IsUpToDate(layout, catalog))
                {
                    return catalog;
                }

                Directory.CreateDirectory(layout.State);
                using var writer = WriterLock.TryAcquire(layout.WriterLock);
                if (writer is not null)
                {
                    catalog?.Dispose();
                    StoreWriter.OpenCatalog(layout, warn).Catalog.Dispose();
                    return Catalog.OpenExisting(layout) ?? throw Failed(layout, null);
                }

                if (catalog is not null)
                {
                    return catalog;
                }
            }
            catch (SqliteFailure e) when (attempt >= 20)
            {
                throw Failed(layout, e);
            }
            catch (SqliteFailure)
            {
                // Another process is making it at this moment.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageFault.Translate(e, layout.Root);
            }

            if (attempt >= 100)
            {
                throw Failed(layout, null);
            }

            Thread.Sleep(100);
        }
    }

    private static MailBackupException Failed(BackupLayout layout, Exception? inner) => new(
        ErrorIds.CatalogFailed,
        $"The catalog {layout.Catalog} cannot be read or made{(inner is null ? "" : ": " + inner.Message)}.",
        "Wait for the running operation to end and try again; if it stays so, delete the folder 'state' of the backup path (nothing is lost by that).",
        layout.Catalog,
        inner);
}
