using MailBackup.Storage;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Operations;

/// <summary>
/// Who has a database file open: every use shares a lock on a file beside it, and whoever replaces the database takes that lock alone. SQLite's own
/// locks belong to the file that is replaced, and so cannot say this. The kernel lets go of the lock with its process.
/// </summary>
internal static class DatabaseUse
{
    private const int WouldBlock = 11; // EWOULDBLOCK
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Null where there is no lock to be had, such as on a read-only file system: the database itself will say what is wrong, if anything.</summary>
    /// <param name="access">With reading alone no lock file is made.</param>
    public static SafeFileHandle? Share(string database, FileAccess access)
    {
        try
        {
            return Open(database, access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException { HResult: not WouldBlock })
        {
            return null;
        }
        catch (IOException e)
        {
            throw Busy(database, e);
        }
    }

    /// <summary>Waits until nobody else uses the database.</summary>
    public static SafeFileHandle Take(string database)
    {
        try
        {
            return Open(database, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw Busy(database, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotWritable,
                $"The damaged '{database}' cannot be replaced: {e.Message}",
                "Give this user write access to the folder, or remove the file.",
                database,
                e);
        }
    }

    private static SafeFileHandle Open(string database, FileMode mode, FileAccess access, FileShare share)
    {
        string path = Path.ChangeExtension(database, ".lock");
        for (long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; ; Thread.Sleep(10))
        {
            try
            {
                return PrivateFiles.Open(path, mode, access, share);
            }
            catch (IOException e) when (e.HResult == WouldBlock && Environment.TickCount64 < end)
            {
            }
        }
    }

    private static MailBackupException Busy(string database, IOException inner) => new(
        ErrorIds.BackupPathBusy, $"Another process keeps '{database}' to itself.", "Try again.", database, inner);
}
