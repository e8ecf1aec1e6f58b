using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>Makes many written files durable with as few waits as possible.</summary>
internal static partial class FileSystemSync
{
    /// <summary>Up to this many files are synced one by one; past it one call for the whole file system is the cheaper wait.</summary>
    private const int OneByOne = 8;

    /// <summary>Syncs and closes.</summary>
    public static void SyncAndClose(List<SafeFileHandle> files)
    {
        try
        {
            if (files.Count > OneByOne && SyncFs(files[0]) == 0)
            {
                return;
            }

            foreach (var file in files)
            {
                RandomAccess.FlushToDisk(file);
            }
        }
        finally
        {
            foreach (var file in files)
            {
                file.Dispose();
            }

            files.Clear();
        }
    }

    /// <summary>Makes all that was written to the file system of a folder durable, renames too.</summary>
    public static void SyncAll(string folder)
    {
        using var handle = File.OpenHandle(Path.Combine(folder, ".sync"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite, FileOptions.DeleteOnClose);
        if (SyncFs(handle) != 0)
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

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);
}
