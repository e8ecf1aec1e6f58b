using System.IO.Compression;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Reads blobs out of bundles, and walks bundles member by member.</summary>
internal static class BundleReader
{
    /// <summary>Opens a blob. Reading its last byte proves its digest: what does not fit ends in <c>BlobDamaged</c>, never in wrong content.</summary>
    public static Stream Open(BackupLayout layout, Digest digest, BlobLocation location) =>
        new VerifyingStream(OpenUnverified(layout, digest, location), digest, location.ContentLength, $"{layout.BlobFile(digest, location)} at byte {location.Offset}");

    /// <summary>For a part of a content whose whole is proved by the caller.</summary>
    public static Stream OpenUnverified(BackupLayout layout, Digest digest, BlobLocation location) =>
        new GZipStream(OpenMember(layout, digest, location), CompressionMode.Decompress);

    /// <summary>The gzip member of a blob as it is stored.</summary>
    public static Stream OpenMember(BackupLayout layout, Digest digest, BlobLocation location)
    {
        string path = layout.BlobFile(digest, location);
        Microsoft.Win32.SafeHandles.SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(digest, path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }

        return new FileRegionStream(handle, path, location.Offset, location.Length);
    }

    /// <summary>
    /// Walks the members from an offset on. Where bytes are no member, the next one is searched for; the gap is reported with a default digest.
    /// </summary>
    /// <param name="verified">Called for each member; the second argument is false for a gap or a member that the file ends within.</param>
    /// <returns>The end of the last whole member.</returns>
    public static long Walk(string path, int bundle, long from, Action<Digest, BlobLocation, bool> visit)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long length = RandomAccess.GetLength(handle);
        long offset = from, end = from;
        Span<byte> header = stackalloc byte[GzipMember.HeaderLength];
        while (offset < length)
        {
            int n = RandomAccess.Read(handle, header, offset);
            if (GzipMember.TryReadHeader(header[..n], out var member) && member.MemberLength <= length - offset)
            {
                visit(member.Digest, new BlobLocation(bundle, offset, member.MemberLength, member.ContentLength), true);
                offset += member.MemberLength;
                end = offset;
                continue;
            }

            long next = FindMember(handle, offset + 1, length);
            visit(default, new BlobLocation(bundle, offset, (next < 0 ? length : next) - offset, 0), false);
            if (next < 0)
            {
                break;
            }

            offset = next;
        }

        return end;
    }

    /// <summary>True when a member with this digest begins at the place and the bundle holds all of it.</summary>
    public static bool IsThere(BackupLayout layout, Digest digest, BlobLocation location)
    {
        try
        {
            using var handle = File.OpenHandle(layout.BlobFile(digest, location), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[GzipMember.HeaderLength];
            int n = RandomAccess.Read(handle, header, location.Offset);
            return GzipMember.TryReadHeader(header[..n], out var member) && member.Digest == digest
                && member.MemberLength <= RandomAccess.GetLength(handle) - location.Offset;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Reads a blob through and proves it.</summary>
    public static bool IsIntact(BackupLayout layout, Digest digest, BlobLocation location)
    {
        try
        {
            return Prove(layout, digest, location);
        }
        catch (MailBackupException)
        {
            return false;
        }
    }

    /// <summary>
    /// As <see cref="IsIntact"/>, for whoever gives a blob up that is not: one that the device does not give out at this moment is <c>BlobUnreadable</c>.
    /// </summary>
    public static bool Prove(BackupLayout layout, Digest digest, BlobLocation location)
    {
        try
        {
            using var stream = Open(layout, digest, location);
            stream.CopyTo(Stream.Null, 128 << 10);
            return true;
        }
        catch (MailBackupException e) when (e.ErrorId != ErrorIds.BlobUnreadable)
        {
            return false;
        }
    }

    public static MailBackupException Missing(Digest digest, string? path, Exception? inner = null) => new(
        ErrorIds.BlobMissing,
        path is null ? $"The content {digest} is not in the backup path." : $"The content {digest} is missing: {path} is not there.",
        "Run 'mailbackup scan --deep' to fetch it again from the server while it is still there.",
        digest.ToString(),
        inner);

    /// <summary>The bundle is there, but the system does not give it out: not the same as missing or damaged.</summary>
    public static MailBackupException Unreadable(string path, Exception inner) => new(
        ErrorIds.BlobUnreadable,
        $"{path} cannot be read: {inner.Message.TrimEnd('.')}.",
        "Look at the device of the backup path and at who may read it, then try again.",
        path,
        inner);

    private static long FindMember(Microsoft.Win32.SafeHandles.SafeFileHandle handle, long from, long length)
    {
        var buffer = new byte[256 << 10];
        var signature = GzipMember.Signature;
        for (long offset = from; offset < length;)
        {
            int n = RandomAccess.Read(handle, buffer, offset);
            int at = buffer.AsSpan(0, n).IndexOf(signature);
            if (at >= 0)
            {
                return offset + at;
            }

            if (offset + n >= length)
            {
                break;
            }

            offset += Math.Max(n - signature.Length, 1);
        }

        return -1;
    }
}
