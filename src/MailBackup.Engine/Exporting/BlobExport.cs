using System.Collections.Concurrent;
using System.IO.Compression;
using MailBackup.Model;
using MailBackup.Storage;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Exporting;

/// <summary>
/// Copies blobs, a file each, as they are compressed. Each is proved against its digest: the one that is copied, and the one that an earlier export
/// has left.
/// </summary>
internal sealed class BlobExport(BackupLayout source, ExportDestination destination)
{
    private const int InMemory = 1 << 20;

    private long _written;

    public long Written => Interlocked.Read(ref _written);

    /// <summary>Those that are missing or damaged in the backup path.</summary>
    public ConcurrentDictionary<Digest, MailBackupException> Broken { get; } = new();

    /// <summary>Any thread. Throws <c>DestinationFull</c>, <c>DestinationInvalid</c>; a broken blob is told in <see cref="Broken"/>.</summary>
    public void Export(Digest digest, BlobLocation location)
    {
        string path = destination.Layout.BlobFile(digest);
        if (IsThere(path, digest, location))
        {
            return;
        }

        try
        {
            if (location.Length <= InMemory)
            {
                var member = ReadProved(digest, location);
                destination.Write(path, member.Length, member, static (file, bytes) => RandomAccess.Write(file, bytes, 0));
            }
            else
            {
                // Proved before the first byte is written: what is broken takes no room.
                using (var content = BundleReader.Open(source, digest, location))
                {
                    content.CopyTo(Stream.Null, 128 << 10);
                }

                destination.Write(path, location.Length, (source, digest, location), static (file, b) => CopyMember(file, b.source, b.digest, b.location));
            }

            Interlocked.Increment(ref _written);
        }
        catch (MailBackupException e) when (e.ErrorId is not (ErrorIds.DestinationFull or ErrorIds.DestinationInvalid))
        {
            Broken[digest] = e;
        }
    }

    private bool IsThere(string path, Digest digest, BlobLocation location) =>
        new FileInfo(path) is { Exists: true } file && file.Length == location.Length
        && BundleReader.IsIntact(destination.Layout, digest, location with { Offset = 0 });

    private byte[] ReadProved(Digest digest, BlobLocation location)
    {
        var member = new byte[location.Length];
        using (var stream = BundleReader.OpenMember(source, digest, location))
        {
            stream.ReadAtLeast(member, member.Length, throwOnEndOfStream: false);
        }

        using var content = new VerifyingStream(
            new GZipStream(new MemoryStream(member), CompressionMode.Decompress), digest, location.ContentLength,
            $"{source.BlobFile(digest, location)} at byte {location.Offset}");
        content.CopyTo(Stream.Null, 128 << 10);
        return member;
    }

    private static void CopyMember(SafeFileHandle file, BackupLayout source, Digest digest, BlobLocation location)
    {
        using var stream = BundleReader.OpenMember(source, digest, location);
        var buffer = new byte[256 << 10];
        long done = 0;
        for (int n; (n = stream.Read(buffer)) > 0; done += n)
        {
            RandomAccess.Write(file, buffer.AsSpan(0, n), done);
        }
    }
}
