using System.Runtime.InteropServices;

namespace MailBackup.Storage;

/// <summary>Tells a file from its copy.</summary>
internal static partial class FileIdentity
{
    private const int AtFdCwd = -100;
    private const uint StatxIno = 0x100;
    private const uint StatxSize = 0x200;
    private const uint StatxChanged = 0x80;

    /// <summary>The inode number of a file, or 0 where the system has none to tell.</summary>
    public static unsafe long Inode(string path)
    {
        // struct statx has the same layout on every architecture: 256 bytes, stx_ino at 32.
        byte* buffer = stackalloc byte[256];
        return Statx(AtFdCwd, path, 0, StatxIno, buffer) == 0 ? *(long*)(buffer + 32) : 0;
    }

    /// <summary>
    /// What changes whenever somebody changes a file or the names in a folder: inode, size, and the time of the last change, which unlike that of the last
    /// write nobody can set. All 0 where there is nothing. The time goes in ticks of the kernel's clock (4 ms).
    /// </summary>
    public static unsafe FileStamp Stamp(string path)
    {
        // stx_size at 40, stx_ctime at 96: seconds, then nanoseconds.
        byte* buffer = stackalloc byte[256];
        return Statx(AtFdCwd, path, 0, StatxIno | StatxSize | StatxChanged, buffer) == 0
            ? new FileStamp(*(long*)(buffer + 32), *(long*)(buffer + 40), DateTime.UnixEpoch.Ticks + (*(long*)(buffer + 96) * TimeSpan.TicksPerSecond) + (*(uint*)(buffer + 104) / 100))
            : default;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);
}
