using MailBackup.Model;
using MailBackup.Storage;

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

        // What stays moves forward in its bundle. The catalog would look in the old places: it goes first, so that a crash leaves none that is wrong.
        Catalog.Delete(layout);
        foreach (var bundle in unwanted.GroupBy(u => u.Place.Bundle))
        {
            stop.ThrowIfCancellationRequested();
            string path = layout.Bundle(bundle.Key);
            foreach (var (place, digest, why) in bundle)
            {
                quarantine.Keep(path, place.Offset, place.Length, digest is null ? "bytes" : "blob", digest, why);
            }

            Rewrite(path, [.. bundle.Select(u => u.Place)]);
        }
    }

    private static void Rewrite(string path, List<BlobLocation> unwanted)
    {
        string temporary = path + ".tmp";
        long length = new FileInfo(path).Length, kept;
        using (var source = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        using (var target = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            long from = 0;
            foreach (var place in unwanted)
            {
                Copy(source, from, place.Offset - from, target);
                from = place.Offset + place.Length;
            }

            Copy(source, from, length - from, target);
            target.Flush(flushToDisk: true);
            kept = target.Length;
        }

        if (kept > 0)
        {
            File.Move(temporary, path, overwrite: true);
            return;
        }

        File.Delete(temporary);
        File.Delete(path);
    }

    private static void Copy(Microsoft.Win32.SafeHandles.SafeFileHandle source, long offset, long length, FileStream target)
    {
        var buffer = new byte[Math.Clamp(length, 1, 1 << 20)];
        for (int n; length > 0 && (n = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)), offset)) > 0; offset += n, length -= n)
        {
            target.Write(buffer, 0, n);
        }
    }
}
