using MailBackup.Model;
using MailBackup.Storage;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Maintenance.Repairing;

/// <summary>Takes blobs out of bundles: into quarantine first, then the bundle is written anew without them and swapped by one rename.</summary>
internal static class BundleCut
{
    /// <param name="unwanted">By bundle and offset.</param>
    public static void Run(BackupLayout layout, QuarantineFolder quarantine, List<(BlobLocation Place, Digest? Digest, string Why)> unwanted, CancellationToken stop)
    {
        if (unwanted.Count == 0)
        {
            return;
        }

        // What stays moves forward in its bundle. The catalog would look in the old places: it goes first, for good, so that no crash leaves one that is wrong.
        Catalog.DeleteForGood(layout);
        foreach (var bundle in unwanted.GroupBy(u => u.Place.Bundle))
        {
            stop.ThrowIfCancellationRequested();
            string path = layout.Bundle(bundle.Key);
            var kept = bundle.Where(u => quarantine.Keep(path, u.Place.Offset, u.Place.Length, u.Digest is null ? "bytes" : "blob", u.Digest, u.Why)).Select(u => u.Place).ToList();
            if (kept.Count > 0)
            {
                quarantine.Settle();
                Rewrite(layout.Files, path, kept);
            }
        }
    }

    private static void Rewrite(IStoreFiles files, string path, List<BlobLocation> unwanted)
    {
        string temporary = path + ".tmp";
        long length = new FileInfo(path).Length, kept;
        using (var source = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        using (var target = files.Open(temporary, FileMode.Create))
        {
            long from = 0;
            kept = 0;
            foreach (var place in unwanted)
            {
                kept += Copy(files, source, from, place.Offset - from, target, kept);
                from = place.Offset + place.Length;
            }

            kept += Copy(files, source, from, length - from, target, kept);
            files.Sync(target);
        }

        if (kept > 0)
        {
            files.Move(temporary, path);
        }
        else
        {
            files.Delete(temporary);
            files.Delete(path);
        }

        files.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <returns>How many bytes there were.</returns>
    private static long Copy(IStoreFiles files, SafeFileHandle source, long offset, long length, SafeFileHandle target, long to)
    {
        var buffer = new byte[Math.Clamp(length, 1, 1 << 20)];
        long copied = 0;
        for (int n; length > 0 && (n = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)), offset)) > 0; offset += n, length -= n)
        {
            files.Write(target, buffer.AsSpan(0, n), to + copied);
            copied += n;
        }

        return copied;
    }
}
