using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>Takes the torn end off a journal or a bundle after a crash, keeping what it takes off where a person can look at it.</summary>
internal static class JournalTail
{
    private const int MostKept = 64 << 20;

    public static void Cut(IStoreFiles files, string path, JournalPosition position, string cutFolder)
    {
        using var handle = files.Open(path, FileMode.Open);
        long length = RandomAccess.GetLength(handle);
        if (length <= position.Offset)
        {
            return;
        }

        SetAside(handle, path, position.Offset, cutFolder);
        files.SetLength(handle, position.Offset);
        files.Sync(handle);
    }

    /// <summary>Keeps what is about to be cut off the end of a file, as far as there is room for it.</summary>
    public static void TrySetAside(SafeFileHandle handle, string path, long offset, string cutFolder)
    {
        try
        {
            if (RandomAccess.GetLength(handle) > offset)
            {
                SetAside(handle, path, offset, cutFolder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On a full disk, say: then it must go all the more.
        }
    }

    /// <summary>
    /// Whether a torn end is an unfinished write by its looks, where nothing else tells: without its line feed, or with the zeros of a block that the disk never
    /// got. A whole last line that does not fit was altered; so was one that does but for its last byte, which was a line feed.
    /// </summary>
    /// <param name="previous">The checksum of the line before, or the name of the journal.</param>
    public static bool IsTraceOfCrash(string path, long offset, ReadOnlySpan<byte> previous) =>
        Read(path, offset) is { Length: > 0 } tail
        && (tail.Contains((byte)0) || (tail[^1] != (byte)'\n' && !JournalReader.Fits(tail.AsSpan(0, tail.Length - 1), previous, new byte[LineChecksum.Length])));

    /// <summary>Zeros, which no line has.</summary>
    public static bool HasHole(string path, long offset) => Read(path, offset).Contains((byte)0);

    private static void SetAside(SafeFileHandle handle, string path, long offset, string cutFolder)
    {
        PrivateFiles.CreateDirectory(cutFolder);
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFileName(Path.GetDirectoryName(path))}-{Path.GetFileName(path)}-{offset}-{DateTime.UtcNow:yyyyMMddHHmmssfff}");
        using var saved = PrivateFiles.OpenStream(Path.Combine(cutFolder, name), FileMode.Create, FileAccess.Write, FileShare.Read);
        var tail = new byte[(int)Math.Min(RandomAccess.GetLength(handle) - offset, MostKept)];
        saved.Write(tail, 0, RandomAccess.Read(handle, tail, offset));
    }

    private static byte[] Read(string path, long offset)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var tail = new byte[(int)Math.Clamp(RandomAccess.GetLength(handle) - offset, 0, MostKept)];
        return tail[..RandomAccess.Read(handle, tail, offset)];
    }

    /// <summary>Durable too, if it can be: a power failure must not bring back what has been taken off.</summary>
    /// <returns>False when it could not be taken off.</returns>
    public static bool TryTruncate(IStoreFiles files, SafeFileHandle handle, long length)
    {
        try
        {
            if (RandomAccess.GetLength(handle) > length)
            {
                files.SetLength(handle, length);
                files.Sync(handle);
            }

            return true;
        }
        catch (IOException)
        {
            // The next open cuts it off.
            return false;
        }
    }
}
