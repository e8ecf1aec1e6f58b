using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// <c>state/account_changes</c>: which accounts' <c>account_stat</c> was written or taken away, a line each, so that whoever has read all of them reads
/// again only those. The first line is made up anew with the file; a file with another first line has to be answered by reading everything.
/// </summary>
internal static class AccountChanges
{
    private const int LineLength = 37;
    private const long SealBytes = 4 << 20;

    private static readonly Lock Gate = new();

    /// <summary>Called behind the change: whoever reads in between finds the line at its next look.</summary>
    public static void Note(BackupLayout layout, Guid account)
    {
        lock (Gate)
        {
            try
            {
                Append(layout.AccountChanges, account);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk: without the file everybody reads everything again.
                TryDelete(layout.AccountChanges);
            }
        }
    }

    /// <summary>The end of what is in the file now; null when there is none.</summary>
    public static (Guid File, long Length)? End(string path) => Read(path, null)?.End;

    /// <summary>The accounts that were changed since an earlier end; null when that cannot be told.</summary>
    public static (IReadOnlySet<Guid> Accounts, (Guid File, long Length) End)? Since(string path, (Guid File, long Length) end) => Read(path, end);

    private static void Append(string path, Guid account)
    {
        using var file = PrivateFiles.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long length = RandomAccess.GetLength(file);
        if (length > SealBytes)
        {
            RandomAccess.SetLength(file, 0);
            length = 0;
        }

        if (length == 0)
        {
            RandomAccess.Write(file, Line(Guid.NewGuid()), 0);
            length = LineLength;
        }

        // A line that a full disk cut short is written over.
        RandomAccess.Write(file, Line(account), length - (length % LineLength));
    }

    private static (IReadOnlySet<Guid> Accounts, (Guid File, long Length) End)? Read(string path, (Guid File, long Length)? from)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(file) / LineLength * LineLength;
            var line = new byte[LineLength];
            if (length == 0 || RandomAccess.Read(file, line, 0) < LineLength || !Guid.TryParse(line.AsSpan(0, 36), null, out Guid id))
            {
                return null;
            }

            var accounts = new HashSet<Guid>();
            if (from is { } known)
            {
                if (known.File != id || known.Length > length)
                {
                    return null;
                }

                var added = new byte[length - known.Length];
                for (int at = 0, n = RandomAccess.Read(file, added, known.Length); at + LineLength <= n; at += LineLength)
                {
                    if (!Guid.TryParse(added.AsSpan(at, 36), null, out Guid account))
                    {
                        return null;
                    }

                    accounts.Add(account);
                }
            }

            return (accounts, (id, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] Line(Guid id) => Encoding.ASCII.GetBytes(id.ToString("D") + "\n");

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the next full look, some seconds later, finds the change.
        }
    }
}
