using System.Globalization;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// The one writer of a backup path: an OS lock on a file in <c>state/</c> that dies with its process. The file says who holds it, for people.
/// </summary>
public sealed class WriterLock : IDisposable
{
    private readonly FileStream _file;

    private WriterLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null while another process has it.</summary>
    public static WriterLock? TryAcquire(string path)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB): the kernel lets go of it when the process ends, however it ends.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }

        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        file.Flush();
        return new WriterLock(file);
    }

    /// <summary>The process that holds the lock, for messages; null when it cannot be told.</summary>
    public static int? ReadHolder(string path)
    {
        try
        {
            // A plain read takes no lock when file locking is declined, so the holder is never disturbed.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> buffer = stackalloc byte[32];
            int n = RandomAccess.Read(handle, buffer, 0);
            return int.TryParse(Encoding.ASCII.GetString(buffer[..n]).AsSpan().Trim(), CultureInfo.InvariantCulture, out int pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
