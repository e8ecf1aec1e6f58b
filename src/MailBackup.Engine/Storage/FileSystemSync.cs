using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>What concerns a whole file system, and hints to it.</summary>
internal static partial class FileSystemSync
{
    /// <summary>Makes all that was written to the file system of a folder durable, names too.</summary>
    public static void SyncAll(IStoreFiles files, string folder)
    {
        using var handle = File.OpenHandle(Path.Combine(folder, ".sync"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite, FileOptions.DeleteOnClose);
        if (!files.TrySyncAll(handle))
        {
            throw new IOException($"{folder} cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Begins to write a part of a file to the disk without waiting for it. A hint: nothing depends on it.</summary>
    public static void BeginWriteBack(SafeFileHandle file, long offset, long length)
    {
        const uint write = 2;
        try
        {
            _ = SyncFileRange(file, offset, length, write);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it.
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
