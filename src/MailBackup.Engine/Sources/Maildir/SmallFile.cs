using System.Text;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>Reads the little text files that servers keep beside mail: subscriptions, keywords, names of collections.</summary>
internal static class SmallFile
{
    // No such file is ever near it; a wrong one must not fill the memory.
    private const int MaximumLength = 4 * 1024 * 1024;

    /// <summary>The content, or null when there is no such regular file. Throws when it cannot be read.</summary>
    public static byte[]? TryRead(string directory, string name)
    {
        if (!FileStatus.TryGet(directory, name, out var status, follow: false) || !status.IsRegular)
        {
            return null;
        }

        using var file = FileReadStream.TryOpen(directory, name);
        if (file is null)
        {
            return null;
        }

        using var stream = new FileReadStream(file, FileNames.Join(directory, name));
        var content = new byte[Math.Min(status.Size + 1, MaximumLength)];
        int length = 0;
        while (length < MaximumLength)
        {
            if (length == content.Length)
            {
                Array.Resize(ref content, Math.Min(content.Length * 2, MaximumLength));
            }

            int n = Read(stream, content.AsSpan(length));
            if (n == 0)
            {
                break;
            }

            length += n;
        }

        return content[..length];
    }

    /// <summary>The lines without their ends; none when there is no such file.</summary>
    public static IEnumerable<string> ReadLines(string directory, string name) =>
        TryRead(directory, name) is { } content
            ? Encoding.UTF8.GetString(content).Split('\n').Select(l => l.TrimEnd('\r')) : [];

    // It is no item that fails here but the folder it belongs to.
    private static int Read(FileReadStream stream, Span<byte> buffer)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (ItemReadException e) when (e.InnerException is PosixException cause)
        {
            throw new PosixException(cause.Errno, stream.Path);
        }
    }
}
