using Microsoft.Win32.SafeHandles;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>Opens item files: what they are now, and their content as the user's programs see it, uncompressed.</summary>
internal static class ItemContent
{
    /// <summary>Null when there is no such file. Anything but a readable regular file is an <see cref="ItemReadException"/>.</summary>
    public static (Stream Stream, long? Length, FileStatus Status)? TryOpen(string directory, string name, FolderKind kind)
    {
        SafeFileHandle? file = null;
        try
        {
            file = FileReadStream.TryOpen(directory, name);
            if (file is null)
            {
                return null;
            }

            string path = FileNames.Join(directory, name);
            var status = FileStatus.Get(file, path);
            if (!status.IsRegular)
            {
                throw new ItemReadException(path, "it is not a regular file");
            }

            var stream = new FileReadStream(file, path);
            bool compressed = kind == FolderKind.Mail && IsCompressed(stream.Peek(), path);
            file = null;
            return compressed ? (new GzipMailStream(stream, path), null, status) : (stream, status.Size, status);
        }
        catch (PosixException e)
        {
            throw new ItemReadException(FileNames.Join(directory, name), e.Errno == Errno.ELOOP ? "it is a link" : e.Reason, e);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Servers compress whole files; a header field can start with none of these bytes.</summary>
    private static bool IsCompressed(ReadOnlySpan<byte> head, string path)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]))
        {
            return true;
        }

        string? format =
            head.StartsWith("BZh"u8) && head.Length > 4 && head[4..].StartsWith((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) ? "bzip2"
            : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? "zstd"
            : head.StartsWith("Dovecot-LZ4\r*"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4D, 0x18]) ? "lz4"
            : head.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) ? "xz"
            : null;
        return format is null
            ? false : throw new ItemReadException(path, $"the server keeps it compressed with {format}, which cannot be read; only gzip can");
    }
}
