using System.Buffers;
using System.Text;
using MailBackup.Archives.Maildir;
using MailBackup.Sources;

namespace MailBackup.Archives.Mbox;

/// <summary>
/// Writes <c>Mail/INBOX.mbox</c>, <c>Mail/Archive.mbox</c>, <c>Mail/Archive/2024.mbox</c>, with contacts, calendars and documents as files beside. A message
/// goes in whole or not at all.
/// </summary>
internal sealed class MboxArchiveWriter : IArchiveWriter
{
    // Items come in the order of their numbers, mostly folder by folder.
    private const int OpenFiles = 16;

    private readonly string _folder;
    private readonly ArchiveTree _tree;
    private readonly ContentSpool _spool;
    private readonly StringBuilder _metadata;
    private readonly List<(RestoreFolder Folder, string File)> _mailFolders = [];
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileStream> _open = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _piece = new(160 * 1024);
    private readonly byte[] _buffer = new byte[128 * 1024];

    public MboxArchiveWriter(string folder, string header, string spoolFolder)
    {
        _folder = folder;
        _tree = new ArchiveTree(folder, ArchiveNames.Mail);
        _spool = new ContentSpool(spoolFolder);
        _metadata = new StringBuilder(header).Append('\n');
        PrivateFile.CreateFolder(folder);
        Directory.CreateDirectory(Path.Combine(folder, ArchiveNames.Mail));
    }

    /// <summary>A folder's own file stands beside the folder of its children, so the two never want the same name.</summary>
    public static string FileOf(RestoreFolder folder)
    {
        var parts = ArchiveNames.Folder(folder).Split('/');
        for (int i = 0; i < parts.Length - 1; i++)
        {
            parts[i] = parts[i].EndsWith(".mbox", StringComparison.OrdinalIgnoreCase) ? parts[i][..^5] + "%2E" + parts[i][^4..] : parts[i];
        }

        return string.Join('/', parts) + ".mbox";
    }

    public async ValueTask AddFolderAsync(RestoreFolder folder, CancellationToken token)
    {
        if (folder.Kind != FolderKind.Mail)
        {
            _metadata.Append(ArchiveMetadata.Folder(folder, folder.Path)).Append('\n');
            await _tree.AddFolderAsync(folder, token).ConfigureAwait(false);
            return;
        }

        string file = FileOf(folder);
        _mailFolders.Add((folder, file));
        Open(file);
    }

    public async ValueTask<string?> AddItemAsync(RestoreFolder folder, RestoreItem item, long number, CancellationToken token)
    {
        if (folder.Kind != FolderKind.Mail)
        {
            return await _tree.AddItemAsync(folder, item, token).ConfigureAwait(false);
        }

        var content = await _spool.TakeAsync(item, token).ConfigureAwait(false);
        var file = Open(FileOf(folder));
        file.Write(Encoding.ASCII.GetBytes(MboxHeader.Write(item.State)));
        var lines = new MboxLines(quote: true);
        byte last = (byte)'\n';
        int n;
        while ((n = content.Read(_buffer)) > 0)
        {
            last = _buffer[n - 1];
            lines.Process(_buffer.AsSpan(0, n), _piece);
            Flush(file);
        }

        lines.Complete(_piece);
        Flush(file);
        file.Write(last == '\n' ? "\n"u8 : "\n\n"u8);
        _counts[FileOf(folder)] = _counts.GetValueOrDefault(FileOf(folder)) + 1;
        return null;
    }

    public async ValueTask CompleteAsync(CancellationToken token)
    {
        await _tree.FlushAsync(token).ConfigureAwait(false);
        CloseFiles();
        foreach (var (folder, file) in _mailFolders)
        {
            _metadata.Append(ArchiveMetadata.Folder(folder, file, _counts.GetValueOrDefault(file))).Append('\n');
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, ArchiveMetadata.FileName), _metadata.ToString(), token).ConfigureAwait(false);
        Sources.Maildir.Restoring.FileWrites.SyncFileSystem(_folder);
    }

    public ValueTask DisposeAsync()
    {
        CloseFiles();
        _spool.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Flush(FileStream file)
    {
        file.Write(_piece.WrittenSpan);
        _piece.ResetWrittenCount();
    }

    private FileStream Open(string name)
    {
        if (_open.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_open.Count == OpenFiles)
        {
            CloseFiles();
        }

        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = PrivateFile.Open(path, FileMode.Append, FileAccess.Write);
        _open.Add(name, file);
        return file;
    }

    private void CloseFiles()
    {
        foreach (var file in _open.Values)
        {
            file.Dispose();
        }

        _open.Clear();
    }
}
