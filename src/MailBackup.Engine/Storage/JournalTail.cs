using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>Takes the torn end off a journal after a crash, keeping what it takes off where a person can look at it.</summary>
internal static class JournalTail
{
    public static void Cut(IStoreFiles files, string path, JournalPosition position, string cutFolder)
    {
        using var handle = files.Open(path, FileMode.Open);
        long length = RandomAccess.GetLength(handle);
        if (length <= position.Offset)
        {
            return;
        }

        PrivateFiles.CreateDirectory(cutFolder);
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(Path.GetDirectoryName(path))}-{Path.GetFileName(path)}-{position.Offset}-{DateTime.UtcNow:yyyyMMddHHmmssfff}");
        using (var saved = PrivateFiles.OpenStream(Path.Combine(cutFolder, name), FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            var tail = new byte[(int)Math.Min(length - position.Offset, 64 << 20)];
            int n = RandomAccess.Read(handle, tail, position.Offset);
            saved.Write(tail, 0, n);
        }

        files.SetLength(handle, position.Offset);
        files.Sync(handle);
    }

    /// <summary>
    /// Whether a torn end is an unfinished write by its looks, where nothing else tells: without its line feed, or with the zeros of a block that the disk never
    /// got. A whole last line that does not fit was altered.
    /// </summary>
    public static bool IsTraceOfCrash(string path, long offset) => Read(path, offset) is { Length: > 0 } tail && (tail[^1] != (byte)'\n' || tail.Contains((byte)0));

    /// <summary>Zeros, which no line has.</summary>
    public static bool HasHole(string path, long offset) => Read(path, offset).Contains((byte)0);

    private static byte[] Read(string path, long offset)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var tail = new byte[(int)Math.Clamp(RandomAccess.GetLength(handle) - offset, 0, 64 << 20)];
        return tail[..RandomAccess.Read(handle, tail, offset)];
    }

    /// <summary>Durable too, if it can be: a power failure must not bring back what has been taken off.</summary>
    public static void TryTruncate(IStoreFiles files, SafeFileHandle handle, long length)
    {
        try
        {
            if (RandomAccess.GetLength(handle) > length)
            {
                files.SetLength(handle, length);
                files.Sync(handle);
            }
        }
        catch (IOException)
        {
            // The next open cuts it off.
        }
    }
}
