using MailBackup.Storage;

namespace MailBackup.Exporting;

/// <summary>
/// The folder that an export is written to. A file is either whole or not there: it is written under another name first. Safe for use by several
/// threads.
/// </summary>
internal sealed class ExportDestination
{
    /// <summary>Folder of files that are not yet whole.</summary>
    private const string Partial = ".partial";

    private readonly string _partial;
    private readonly long _keepFree;
    private readonly Lock _space = new();
    private long _promised;
    private long _bytes;
    private long _number;

    private ExportDestination(TransparentLayout layout, long keepFree)
    {
        Layout = layout;
        _keepFree = keepFree;
        _partial = Path.Combine(layout.Root, Partial);
    }

    public TransparentLayout Layout { get; }

    /// <summary>Bytes written so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// Opens the folder, making it where it is missing. Throws <c>DestinationInvalid</c>, <c>DestinationFull</c>, <c>BackupPathCaseInsensitive</c>.
    /// </summary>
    /// <param name="source">The backup path that is exported.</param>
    /// <param name="server">Its owner.</param>
    /// <param name="path">The folder.</param>
    /// <param name="keepFree">Bytes that must stay free on its device.</param>
    public static ExportDestination Open(BackupLayout source, Guid server, string path, long keepFree)
    {
        var layout = new TransparentLayout(path, Path.Combine(source.Spool, "export"));
        try
        {
            string real = RealPath.Of(layout.Root), backup = RealPath.Of(source.Root);
            if (RealPath.IsWithin(real, backup) || RealPath.IsWithin(backup, real))
            {
                throw Invalid(
                    layout, $"{layout.Root} and the backup path {source.Root} lie one within the other.",
                    "Choose a folder outside of the backup path, best on another device.");
            }

            CheckContent(layout, server);
            Directory.CreateDirectory(layout.Root);
            BackupPathSetup.CheckUsable(layout);
            var destination = new ExportDestination(layout, keepFree);
            if (Directory.Exists(destination._partial))
            {
                Directory.Delete(destination._partial, recursive: true);
            }

            Directory.CreateDirectory(destination._partial);
            return destination;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(layout, e);
        }
    }

    /// <summary>Writes a small file, unless it is there already with this content.</summary>
    /// <returns>False when it was.</returns>
    public bool Write(string path, ReadOnlySpan<byte> content)
    {
        if (Has(path, content))
        {
            return false;
        }

        Write(path, content.Length, content, static (file, bytes) => RandomAccess.Write(file, bytes, 0));
        return true;
    }

    /// <summary>Puts a file that <paramref name="fill"/> writes in its place.</summary>
    /// <param name="length">Bytes that it will need.</param>
    public void Write<T>(string path, long length, T state, Action<Microsoft.Win32.SafeHandles.SafeFileHandle, T> fill)
        where T : allows ref struct
    {
        string temporary = NewPartial();
        long promised = 0;
        try
        {
            promised = Reserve(length);
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read))
            {
                fill(file, state);
            }

            Put(temporary, path);
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw Fault(Layout, e);
            }

            throw;
        }
        finally
        {
            Interlocked.Add(ref _promised, -promised);
        }
    }

    /// <summary>A name for a file that is not yet whole.</summary>
    public string NewPartial() => Path.Combine(_partial, Interlocked.Increment(ref _number).ToString("x", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Gives a whole file its name.</summary>
    public void Put(string partial, string path)
    {
        long length = new FileInfo(partial).Length;
        try
        {
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // The second when another thread made the folder before Move looked at why it had failed.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(partial, path, overwrite: true);
        }

        Interlocked.Add(ref _bytes, length);
    }

    /// <summary>Makes everything durable and takes away what only the work needed.</summary>
    public void Complete()
    {
        try
        {
            Directory.Delete(_partial, recursive: true);
            FileSystemSync.SyncAll(DiskFiles.Instance, Layout.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(Layout, e);
        }
    }

    public MailBackupException Fault(Exception e) => Fault(Layout, e);

    /// <summary>Throws <c>DestinationFull</c> before the free space would fall below what must stay, whatever others are writing at the same moment.</summary>
    /// <returns>Bytes that count as taken until they are given back.</returns>
    private long Reserve(long length)
    {
        if (_keepFree <= 0)
        {
            return 0;
        }

        // What a file takes besides its content: the rest of its last block, its directory entry.
        const long overhead = 16 << 10;
        lock (_space)
        {
            long free = new DriveInfo(Layout.Root).AvailableFreeSpace;
            if (free - Interlocked.Read(ref _promised) - length - overhead < _keepFree)
            {
                throw new MailBackupException(
                    ErrorIds.DestinationFull,
                    $"{free >> 20} MB are free on the device of {Layout.Root}, and {_keepFree >> 20} MB shall stay free.",
                    "Free space there, or give a smaller threshold, and export again: what is there already is not written again.",
                    Layout.Root);
            }

            Interlocked.Add(ref _promised, length + overhead);
        }

        return length + overhead;
    }

    private static void CheckContent(TransparentLayout layout, Guid server)
    {
        if (File.Exists(layout.Root))
        {
            throw Invalid(layout, $"{layout.Root} is a file.", "Choose a folder.");
        }

        if (!Directory.Exists(layout.Root) || Directory.EnumerateFileSystemEntries(layout.Root).All(e => IsOfNobody(layout, e)))
        {
            return;
        }

        if (!ForeignPath.IsExport(layout))
        {
            throw Invalid(layout, $"{layout.Root} is neither empty nor an export.", "Choose an empty folder, or a name that does not exist yet.");
        }

        BackupStat.Read(layout);
        if (layout.FindOwner() is { } owner && owner != server)
        {
            throw Invalid(layout, $"{layout.Root} holds an export of server {owner}; this is server {server}.", "Choose another folder. Nothing was changed.");
        }
    }

    /// <summary>What a new device has, and what an export that ended before it had begun has left.</summary>
    private static bool IsOfNobody(TransparentLayout layout, string entry) =>
        Path.GetFileName(entry) is "lost+found"
        || entry == AtomicFile.TemporaryOf(layout.BackupStat)
        || (Path.GetFileName(entry) == Partial && Directory.Exists(entry) && !Directory.EnumerateFileSystemEntries(entry).Any());

    private static bool Has(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (RandomAccess.GetLength(file) != content.Length)
            {
                return false;
            }

            var known = new byte[content.Length];
            return RandomAccess.Read(file, known, 0) == known.Length && content.SequenceEqual(known);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next export begins by taking such files away.
        }
    }

    private static MailBackupException Invalid(TransparentLayout layout, string problem, string action) =>
        new(ErrorIds.DestinationInvalid, problem, action, layout.Root);

    private static MailBackupException Fault(TransparentLayout layout, Exception e) => StorageFault.Translate(e, layout.Root) is { ErrorId: ErrorIds.BackupPathFull }
        ? new MailBackupException(
            ErrorIds.DestinationFull,
            $"No space is left on the device of {layout.Root}.",
            "Free space there and export again: what is there already is not written again.",
            layout.Root,
            e)
        : new MailBackupException(
            ErrorIds.DestinationInvalid,
            $"{layout.Root} cannot be written: {e.Message}",
            "Run as a user who may write there, or choose another folder; then export again: what is there already is not written again.",
            layout.Root,
            e);
}
