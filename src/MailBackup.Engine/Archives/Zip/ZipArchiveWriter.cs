using System.IO.Compression;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Archives.Zip;

/// <summary>
/// Writes one zip file from front to back, so that it can go into a pipe. What an <c>.eml</c> cannot say (flags, keywords, internal date, folder
/// attributes, digest) stands in <see cref="ArchiveMetadata.FileName"/>, the last entry.
/// </summary>
internal sealed class ZipArchiveWriter : IArchiveWriter
{
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2107, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _zip;
    private readonly ContentSpool _spool;
    private readonly FileStream _metadata;

    // Documents and cards bring their own names; on some systems two of them are one.
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public ZipArchiveWriter(Stream output, string header, string spoolFolder)
    {
        _zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
        _spool = new ContentSpool(spoolFolder);
        _metadata = ContentSpool.CreateFile(spoolFolder);
        Note(header);
    }

    public ValueTask AddFolderAsync(RestoreFolder folder, CancellationToken token)
    {
        string path = ArchiveNames.Folder(folder);
        Note(ArchiveMetadata.Folder(folder, path));
        Describe(_zip.CreateEntry(path + "/"), default, folder: true);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<string?> AddItemAsync(RestoreFolder folder, RestoreItem item, long number, CancellationToken token)
    {
        var content = await _spool.TakeAsync(item, token).ConfigureAwait(false);
        string path = ArchiveNames.Folder(folder) + "/" + ArchiveNames.Item(item.State, number);
        if (item.State.Type != ItemType.Message && !_names.Add(path.Normalize()))
        {
            string extension = Path.GetExtension(path);
            path = $"{path[..^extension.Length]} ({number}){extension}";
            _names.Add(path.Normalize());
        }

        var entry = _zip.CreateEntry(path, CompressionLevel.Fastest);
        Describe(entry, item.State.Date, folder: false);
        var stream = await entry.OpenAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await content.CopyToAsync(stream, token).ConfigureAwait(false);
        }

        Note(ArchiveMetadata.Item(item.State, path, folder));
        return null;
    }

    public async ValueTask CompleteAsync(CancellationToken token)
    {
        _metadata.Position = 0;
        var entry = _zip.CreateEntry(ArchiveMetadata.FileName, CompressionLevel.Fastest);
        Describe(entry, DateTimeOffset.UtcNow, folder: false);
        var stream = await entry.OpenAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await _metadata.CopyToAsync(stream, token).ConfigureAwait(false);
        }

        // Writes the directory of the file.
        await _zip.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>An archive that was not completed has no directory and is none: its maker throws the file away.</summary>
    public ValueTask DisposeAsync()
    {
        _metadata.Dispose();
        _spool.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Describe(ZipArchiveEntry entry, DateTimeOffset date, bool folder)
    {
        const int OwnFile = 0x8180 << 16, OwnFolder = 0x41C0 << 16;
        entry.ExternalAttributes = unchecked(folder ? OwnFolder : OwnFile);
        entry.LastWriteTime = date < Earliest ? Earliest : date > Latest ? Latest : date.ToUniversalTime();
    }

    private void Note(string line)
    {
        _metadata.Write(Encoding.UTF8.GetBytes(line));
        _metadata.WriteByte((byte)'\n');
    }
}
