using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>
/// The one writer of a backup path: an OS lock on a file in <c>state/</c> that dies with its process. The file says who holds it, for people,
/// and is emptied when it is given back. The backup path itself is locked with it: <c>state/</c> may be deleted at any time, and with it the file under a
/// writer that is at work; the next to come would lock another one.
/// </summary>
public sealed class WriterLock : IDisposable
{
    /// <summary>EWOULDBLOCK: another process holds the lock. Anything else is a real fault.</summary>
    private const int WouldBlock = 11;

    /// <summary>As <see cref="BackupLayout.WriterLock"/> has it within the backup path.</summary>
    private const string WriterFile = "state/writer.lock";

    private readonly FileStream _file;
    private readonly SafeFileHandle? _folder;

    private WriterLock(FileStream file, SafeFileHandle? folder) => (_file, _folder) = (file, folder);

    /// <summary>Takes the lock, or returns null while another process has it.</summary>
    public static WriterLock? TryAcquire(string path) => TryAcquire(path, DiskFiles.Instance);

    internal static WriterLock? TryAcquire(string path, IStoreFiles files)
    {
        SafeFileHandle? folder = null;
        if (FolderOf(path) is { } backup && !DiskFiles.TryLockFolder(backup, out folder))
        {
            return null;
        }

        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB): the kernel lets go of it when the process ends, however it ends.
            file = PrivateFiles.OpenStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            Unlock(folder);
            return null;
        }
        catch
        {
            Unlock(folder);
            throw;
        }

        try
        {
            // Whoever had it was killed. What it wrote last can be read, and yet lie in memory only: nobody may build on it before it is durable.
            if (file.Length > 0 && !files.TrySyncAll(file.SafeFileHandle))
            {
                throw new IOException("What a process that was killed wrote last cannot be made durable.");
            }
        }
        catch (IOException e)
        {
            file.Dispose();
            Unlock(folder);
            throw StorageFault.Translate(e, path);
        }
        catch
        {
            file.Dispose();
            Unlock(folder);
            throw;
        }

        try
        {
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
            file.Flush();
        }
        catch (IOException)
        {
            // A full disk: the lock holds all the same, only nobody can read whose it is.
        }

        return new WriterLock(file, folder);
    }

    /// <summary>Takes a lock that nobody keeps for longer than a moment, or returns null when it was not to be had in time.</summary>
    internal static WriterLock? TryAcquire(string path, IStoreFiles files, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryAcquire(path, files) is { } held)
            {
                return held;
            }

            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                return null;
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Whether somebody writes at this moment; false where that cannot be told. Those who look do not take one another for somebody who writes.</summary>
    public static bool IsHeld(string path)
    {
        SafeFileHandle? folder = null;
        if (FolderOf(path) is { } backup && !DiskFiles.TryLockFolder(backup, out folder, shared: true))
        {
            return true;
        }

        try
        {
            // FileShare.Read is flock(LOCK_SH | LOCK_NB).
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.HResult == WouldBlock;
        }
        finally
        {
            Unlock(folder);
        }
    }

    /// <summary>The backup path whose writer's lock this is; null when it is another's.</summary>
    private static string? FolderOf(string path) =>
        Path.GetDirectoryName(path) is { } state && Path.GetFileName(path) == Path.GetFileName(WriterFile) && Path.GetFileName(state) == Path.GetDirectoryName(WriterFile)
            ? Path.GetDirectoryName(state) : null;

    private static void Unlock(SafeFileHandle? folder)
    {
        if (folder is not null)
        {
            DiskFiles.Unlock(folder);
        }
    }

    public void Dispose()
    {
        try
        {
            _file.SetLength(0);
        }
        catch (IOException)
        {
            // Then the next one syncs once more than it must.
        }

        _file.Dispose();
        Unlock(_folder);
    }
}
