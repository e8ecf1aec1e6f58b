using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// A backup path opened for reading. Makes sure that the catalog has followed the journals: with the writer lock when it is free, else the
/// process that has the lock keeps the catalog up to date itself. While that one makes it anew there is none to read, and whoever comes waits for a while. The private catalog of a path that is only read is made whole by whoever comes
/// first; the others wait for it.
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
                if (catalog is not null && IsUpToDate(layout, catalog))
                {
                    return catalog;
                }

                PrivateFiles.CreateDirectory(layout.State);
                using var writer = WriterLock.TryAcquire(layout.WriterLock, layout.Files);
                if (writer is not null)
                {
                    catalog?.Dispose();
                    StoreWriter.OpenCatalog(layout, warn).Catalog.Dispose();
                    return Catalog.OpenExisting(layout) ?? throw Failed(layout, null);
                }

                if (catalog is not null && !layout.IsReadOnly)
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

            if (attempt >= (layout.IsReadOnly ? 6_000 : 100))
            {
                throw Failed(layout, null);
            }

            Thread.Sleep(100);
        }
    }

    /// <summary>Makes a catalog that has turned out to be damaged anew, unless another process is at work: then it is that one's to do.</summary>
    public static void Remake(BackupLayout layout, Action<string>? warn)
    {
        using var writer = WriterLock.TryAcquire(layout.WriterLock, layout.Files) ?? throw Failed(layout, null);
        Catalog.Delete(layout);
        StoreWriter.OpenCatalog(layout, warn).Catalog.Dispose();
        warn?.Invoke("The catalog was damaged. It has been made anew from the journals.");
    }

    private static bool IsUpToDate(BackupLayout layout, Catalog catalog)
    {
        try
        {
            return CatalogFollower.IsUpToDate(layout, catalog);
        }
        catch (SqliteFailure e) when (e.IsDamage)
        {
            // The one who follows finds it damaged too and makes it anew.
            return false;
        }
    }

    private static MailBackupException Failed(BackupLayout layout, Exception? inner) => new(
        ErrorIds.CatalogFailed,
        $"The catalog {layout.Catalog} cannot be read or made{(inner is null ? "" : ": " + inner.Message)}.",
        $"Wait for the running operation to end and try again; if it stays so, delete the folder {layout.State} (nothing is lost by that).",
        layout.Catalog,
        inner);
}
