using MailBackup.Sources;

namespace MailBackup.Archives;

/// <summary>
/// Takes the whole content of one item before a byte of it goes into an archive: damage shows only with the last byte, and what has gone into a
/// pipe cannot be taken back. Small content is held in memory, large content in a file that nobody else sees.
/// </summary>
internal sealed class ContentSpool(string folder) : IDisposable
{
    private const int InMemory = 4 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly MemoryStream _memory = new();
    private FileStream? _file;

    /// <summary>The content, seekable; good until the next call.</summary>
    public async ValueTask<Stream> TakeAsync(RestoreItem item, CancellationToken token)
    {
        _file?.Dispose();
        _file = null;
        _memory.SetLength(0);
        Stream target = _memory;
        await using var content = await item.OpenContent(token).ConfigureAwait(false);
        int n;
        while ((n = await content.ReadAsync(_buffer, token).ConfigureAwait(false)) > 0)
        {
            if (_file is null && _memory.Length + n > InMemory)
            {
                target = await SpillAsync(token).ConfigureAwait(false);
            }

            await target.WriteAsync(_buffer.AsMemory(0, n), token).ConfigureAwait(false);
        }

        target.Position = 0;
        return target;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _memory.Dispose();
    }

    private async ValueTask<Stream> SpillAsync(CancellationToken token)
    {
        _file = CreateFile(folder);
        _memory.Position = 0;
        await _memory.CopyToAsync(_file, token).ConfigureAwait(false);
        _memory.SetLength(0);
        return _file;
    }

    /// <summary>A file without a name that lives as long as it is open.</summary>
    public static FileStream CreateFile(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = PrivateFile.Open(Path.Combine(folder, $"archive-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite);
        File.Delete(file.Name);
        return file;
    }
}
