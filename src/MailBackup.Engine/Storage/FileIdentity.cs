using System.Runtime.InteropServices;

namespace MailBackup.Storage;

/// <summary>Tells a file from its copy.</summary>
internal static partial class FileIdentity
{
    private const int AtFdCwd = -100;
    private const uint StatxIno = 0x100;

    /// <summary>The inode number of a file, or 0 where the system has none to tell.</summary>
    public static unsafe long Inode(string path)
    {
        // struct statx has the same layout on every architecture: 256 bytes, stx_ino at 32.
        byte* buffer = stackalloc byte[256];
        return Statx(AtFdCwd, path, 0, StatxIno, buffer) == 0 ? *(long*)(buffer + 32) : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);
}
