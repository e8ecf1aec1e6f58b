using System.Globalization;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// The one writer of a backup path: an OS lock on a file in <c>state/</c> that dies with its process. The file says who holds it, for people,
/// and is emptied when it is given back.
/// </summary>
public sealed class WriterLock : IDisposable
{
    /// <summary>EWOULDBLOCK: another process holds the lock. Anything else is a real fault.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _file;

    private WriterLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null while another process has it.</summary>
    public static WriterLock? TryAcquire(string path) => TryAcquire(path, DiskFiles.Instance);

    internal static WriterLock? TryAcquire(string path, IStoreFiles files)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB): the kernel lets go of it when the process ends, however it ends.
            file = PrivateFiles.OpenStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }

        try
        {
            if (file.Length > 0)
            {
                // Whoever had it was killed. What it wrote last can be read, and yet lie in memory only: nobody may build on it before it is durable.
                files.TrySyncAll(file.SafeFileHandle);
            }

            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
            file.Flush();
        }
        catch (IOException)
        {
            // A full disk: the lock holds all the same, only nobody can read whose it is.
        }

        return new WriterLock(file);
    }

    /// <summary>Whether somebody writes at this moment; false where that cannot be told.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var ours = TryAcquire(path);
            return ours is null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
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
    }
}
