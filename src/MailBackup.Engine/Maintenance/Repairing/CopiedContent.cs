using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>Finds contents by digest in another backup path, of whichever server, by walking its bundles: nothing there is opened for writing.</summary>
internal sealed class CopiedContent(BackupLayout other)
{
    /// <summary>Stores those of the wanted contents that the other path has intact.</summary>
    /// <returns>How many.</returns>
    public long Fetch(StoreWriter store, HashSet<Digest> wanted, Action<string> warn, CancellationToken stop)
    {
        long fetched = 0;
        foreach (int bundle in other.ListBundles().Where(b => File.Exists(other.Bundle(b))))
        {
            if (wanted.Count == 0)
            {
                break;
            }

            try
            {
                BundleReader.Walk(other.Bundle(bundle), bundle, 0, (digest, place, whole) =>
                {
                    stop.ThrowIfCancellationRequested();
                    if (whole && wanted.Contains(digest) && BundleReader.IsIntact(other, digest, place))
                    {
                        Store(store, digest, place);
                        wanted.Remove(digest);
                        fetched++;
                    }
                });
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                warn($"{other.Bundle(bundle)} cannot be read: {e.Message}");
            }
        }

        return fetched;
    }

    /// <summary>As the member that it is; proved just before.</summary>
    private void Store(StoreWriter store, Digest digest, BlobLocation place)
    {
        using var spool = store.Blobs.OpenSpool();
        using (var member = BundleReader.OpenMember(other, digest, place))
        {
            member.CopyTo(spool, 128 << 10);
        }

        spool.Flush();
        store.Blobs.Store(digest, spool, place.ContentLength);
    }
}
