using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>Takes the torn end off a journal after a crash, keeping what it takes off where a person can look at it.</summary>
internal static class JournalTail
{
    public static void Cut(string path, JournalPosition position, string cutFolder)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
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

        RandomAccess.SetLength(handle, position.Offset);
        RandomAccess.FlushToDisk(handle);
    }

    public static void TryTruncate(SafeFileHandle handle, long length)
    {
        try
        {
            if (RandomAccess.GetLength(handle) > length)
            {
                RandomAccess.SetLength(handle, length);
            }
        }
        catch (IOException)
        {
            // The next open cuts it off.
        }
    }
}
