using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MailBackup.Model;
using MailBackup.Storage;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// <c>quarantine/&lt;date&gt;/</c>: what a check or a repair takes out of the store, with a manifest of one JSON object a line:
/// <c>{"what":"blob","from":"items/00/00000000.gz","offset":76,"length":512,"digest":…,"why":"damaged","file":…}</c>. Nothing is deleted: what is moved here
/// is durable (<see cref="Settle"/>) before it leaves its place. Made when the first piece comes.
/// </summary>
internal sealed class QuarantineFolder(BackupLayout layout) : IDisposable
{
    private readonly string _folder = Path.Combine(layout.Quarantine, DateTime.UtcNow.ToString("yyyy-MM-ddTHHmmss.fff", CultureInfo.InvariantCulture));
    /// <summary>Pieces that are open at once.</summary>
    private const int BatchSize = 256;

    private readonly SyncBatch _written = new(layout.Files, layout.Root);
    private SafeFileHandle? _manifest;
    private long _manifestLength;

    /// <summary>Pieces taken so far.</summary>
    public long Count { get; private set; }

    public string Folder => _folder;

    /// <summary>Keeps a copy of a piece of a file; the caller then takes the piece out of the file, behind <see cref="Settle"/>.</summary>
    /// <returns>False when the device does not give out all of it: then the piece has to stay where it is.</returns>
    public bool Keep(string path, long offset, long length, string what, Digest? digest, string why)
    {
        using var source = OpenWhole(path, offset, length);
        if (source is null)
        {
            return false;
        }

        string kept = NameFor(layout.Relative(path) + string.Create(CultureInfo.InvariantCulture, $"@{offset}"));
        var target = layout.Files.Open(kept, FileMode.CreateNew);
        _written.Add(target);
        _written.AddName(kept);
        long at = 0;
        Read(source, offset, length, bytes =>
        {
            layout.Files.Write(target, bytes, at);
            at += bytes.Length;
        });
        Record(what, layout.Relative(path), offset, length, digest, why, kept);
        if (_written.Count >= BatchSize)
        {
            Settle();
        }

        return true;
    }

    /// <summary>Makes all that was kept durable, with the manifest.</summary>
    public void Settle()
    {
        if (_manifest is not null)
        {
            layout.Files.Sync(_manifest);
            _written.SyncAndClose();
        }
    }

    /// <summary>Moves a whole file here.</summary>
    public void Move(string path, string what, string why)
    {
        long length = new FileInfo(path).Length;
        string kept = NameFor(layout.Relative(path));
        Record(what, layout.Relative(path), 0, length, null, why, kept);
        Settle();
        layout.Files.Move(path, kept);
    }

    public void Dispose()
    {
        _written.Dispose();
        _manifest?.Dispose();
    }

    /// <summary>The file, when all of a piece of it can be read: half a piece is not to take the place of a whole one.</summary>
    private static SafeFileHandle? OpenWhole(string path, long offset, long length)
    {
        SafeFileHandle? source = null;
        try
        {
            source = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Read(source, offset, length, _ => { });
            return source;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            source?.Dispose();
            return null;
        }
    }

    private static void Read(SafeFileHandle source, long offset, long length, Action<ReadOnlySpan<byte>> take)
    {
        var buffer = new byte[Math.Clamp(length, 1, 1 << 20)];
        for (int n; length > 0 && (n = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)), offset)) > 0; offset += n, length -= n)
        {
            take(buffer.AsSpan(0, n));
        }
    }

    private string NameFor(string relative)
    {
        string path = Path.Combine(_folder, relative);
        layout.Files.CreateFolder(Path.GetDirectoryName(path)!);
        for (int n = 2; File.Exists(path); n++)
        {
            path = Path.Combine(_folder, relative + string.Create(CultureInfo.InvariantCulture, $"~{n}"));
        }

        return path;
    }

    private void Record(string what, string from, long offset, long length, Digest? digest, string why, string kept)
    {
        var line = new ArrayBufferWriter<byte>(256);
        using (var json = TransactionLine.CreateWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("what"u8, what);
            json.WriteString("from"u8, from);
            json.WriteNumber("offset"u8, offset);
            json.WriteNumber("length"u8, length);
            if (digest is { } known)
            {
                json.WriteString("digest"u8, known.ToString());
            }

            json.WriteString("why"u8, why);
            json.WriteString("file"u8, Path.GetRelativePath(_folder, kept));
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        string manifest = Path.Combine(_folder, "manifest.jsonl");
        _manifest ??= layout.Files.Open(manifest, FileMode.OpenOrCreate);
        layout.Files.Write(_manifest, line.WrittenSpan, _manifestLength);
        _manifestLength += line.WrittenCount;
        _written.AddName(manifest);
        Count++;
    }
}
