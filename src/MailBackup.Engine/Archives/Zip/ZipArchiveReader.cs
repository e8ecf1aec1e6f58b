using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MailBackup.Archives.Maildir;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Sources.Maildir;

namespace MailBackup.Archives.Zip;

/// <summary>
/// Reads a zip file of ours by what its metadata says, and any other by its <c>.eml</c>, <c>.vcf</c> and <c>.ics</c> files, whose folders become folders of
/// the account. No name in it ever becomes a path of the file system: it only names a folder or an item, which whoever restores judges.
/// </summary>
internal sealed class ZipArchiveReader : IArchiveReader
{
    // What unpacks to five hundred times its size and more than a gibibyte was made to fill a disk.
    private const long BombLength = 1L << 30;
    private const long BombRatio = 500;
    private const int LongestLine = 4 * 1024 * 1024;

    private readonly string _path;
    private readonly ZipArchive _zip;
    private readonly ZipArchiveEntry? _metadata;

    public ZipArchiveReader(string path)
    {
        _path = path;
        try
        {
            _zip = new ZipArchive(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), ZipArchiveMode.Read);
            _metadata = _zip.GetEntry(ArchiveMetadata.FileName);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException)
        {
            throw ArchiveErrors.Invalid(path, $"it is no whole zip file ({e.Message.TrimEnd('.')})", e);
        }
    }

    public ArchiveFormat Format => ArchiveFormat.Zip;

    public long PassedOver { get; private set; }

    public IEnumerable<RestoreFolder> Folders(CancellationToken token)
    {
        if (_metadata is null)
        {
            return Foreign(token).Where(e => e.Item is not null).Select(e => e.Folder).DistinctBy(f => (f.Path, f.Kind)).OrderBy(f => f.Path, StringComparer.Ordinal);
        }

        return Lines("folder").Select(l => l.Fault is null ? TryReadFolder(l.Json) : null).OfType<RestoreFolder>();
    }

    public IEnumerable<ArchiveEntry> Items(CancellationToken token)
    {
        PassedOver = 0;
        return _metadata is null ? Foreign(token) : Ours(token).Concat(Foreign(token));
    }

    public void Dispose() => _zip.Dispose();

    private IEnumerable<ArchiveEntry> Ours(CancellationToken token)
    {
        var folders = new Dictionary<(string, FolderKind), RestoreFolder>();
        foreach (var folder in Folders(token))
        {
            folders.TryAdd((folder.Path, folder.Kind), folder);
        }

        foreach (var (json, fault) in Lines("item"))
        {
            token.ThrowIfCancellationRequested();
            yield return fault is not null ? new ArchiveEntry(new RestoreFolder("", FolderKind.Mail, null, null), _path, null, fault) : Own(json, folders);
        }
    }

    private ArchiveEntry Own(JsonElement json, Dictionary<(string, FolderKind), RestoreFolder> folders)
    {
        var folder = new RestoreFolder("", FolderKind.Mail, null, null);
        string place = _path;
        try
        {
            string name = json.GetProperty("item").Text();
            place = $"{_path}, {name}";
            folder = new RestoreFolder(json.GetProperty("in").Text(), ArchiveMetadata.Kind(json), null, null);
            folder = folders.GetValueOrDefault((folder.Path, folder.Kind), folder);
            var state = ArchiveMetadata.ReadItem(json);
            var entry = _zip.GetEntry(name) ?? throw ArchiveErrors.BadItem(place, "it is not in the archive");
            return Entry(folder, entry, place, state, state.Digest);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return new ArchiveEntry(folder, place, null, ArchiveErrors.BadItem(place, "what the archive says of it cannot be read", e));
        }
        catch (MailBackupException e)
        {
            return new ArchiveEntry(folder, place, null, e);
        }
    }

    /// <summary>Everything that the metadata, if there is any, does not name.</summary>
    private IEnumerable<ArchiveEntry> Foreign(CancellationToken token)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (json, _) in _metadata is null ? [] : Lines("item"))
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("item", out var item) && item.ValueKind == JsonValueKind.String)
            {
                named.Add(item.GetString()!);
            }
        }

        foreach (var entry in _zip.Entries)
        {
            token.ThrowIfCancellationRequested();
            if (entry.FullName.EndsWith('/') || entry == _metadata || named.Contains(entry.FullName))
            {
                continue;
            }

            if (KindOf(entry.FullName) is not { } kind)
            {
                PassedOver++;
                continue;
            }

            string place = $"{_path}, {entry.FullName}";
            var folder = new RestoreFolder(FolderPath(entry.FullName, kind), kind, null, null);
            yield return Entry(folder, entry, place, new ItemState
            {
                Type = MaildirArchiveReader.TypeOf(kind), Date = default, Size = -1, Key = kind == FolderKind.Mail ? "" : Path.GetFileName(entry.FullName),
            }, digest: null) with { IsBare = true };
        }
    }

    private static ArchiveEntry Entry(RestoreFolder folder, ZipArchiveEntry entry, string place, ItemState state, Digest? digest)
    {
        string? reason = entry.IsEncrypted ? "it is encrypted; unpack the archive with its password first"
            : entry.Length > BombLength && entry.Length / Math.Max(1, entry.CompressedLength) >= BombRatio
                ? $"its {entry.CompressedLength} bytes unpack to {entry.Length}, which is no item; unpack it by hand if it is"
            : null;
        if (reason is not null)
        {
            return new ArchiveEntry(folder, place, null, ArchiveErrors.BadItem(place, reason));
        }

        return new ArchiveEntry(folder, place, new RestoreItem(state, _ => ValueTask.FromResult<Stream>(
            new ArchiveContentStream(Open(entry, place), place, entry.Length, digest, entry.Crc32))));
    }

    private static Stream Open(ZipArchiveEntry entry, string place)
    {
        try
        {
            return entry.Open();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw ArchiveErrors.BadItem(place, $"it cannot be unpacked: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static FolderKind? KindOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".eml" => FolderKind.Mail,
        ".vcf" => FolderKind.Contacts,
        ".ics" => FolderKind.Calendar,
        _ => null,
    };

    /// <summary>A folder of the zip file is one of the account; what lies at the top belongs to the inbox or to the collection itself.</summary>
    private static string FolderPath(string name, FolderKind kind)
    {
        string path = string.Join('/', name.Replace('\\', '/').Split('/')[..^1].Where(p => p.Length > 0));
        string top = kind switch { FolderKind.Mail => ArchiveNames.Mail, FolderKind.Contacts => Mailbox.Contacts, _ => Mailbox.Calendars };
        bool below = path.StartsWith(top + "/", StringComparison.Ordinal);
        if (kind == FolderKind.Mail)
        {
            path = below ? path[(top.Length + 1)..] : path == top ? "" : path;
            return path.Length == 0 || path.Equals(FolderName.Inbox, StringComparison.OrdinalIgnoreCase) ? FolderName.Inbox : path;
        }

        return below || path == top ? path : path.Length == 0 ? top : top + "/" + path.Replace('/', '.');
    }

    private static RestoreFolder? TryReadFolder(JsonElement json)
    {
        try
        {
            return ArchiveMetadata.ReadFolder(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            // Its items say where they belong.
            return null;
        }
    }

    /// <summary>The lines of the metadata that have a property of this name; one that cannot be read is told.</summary>
    private IEnumerable<(JsonElement Json, MailBackupException? Fault)> Lines(string property)
    {
        using var reader = new StreamReader(new ArchiveContentStream(Open(_metadata!, _path), $"{_path}, {ArchiveMetadata.FileName}", _metadata!.Length, null, _metadata.Crc32), Encoding.UTF8);
        while (ReadLine(reader) is { } line)
        {
            JsonElement json = default;
            MailBackupException? fault = null;
            try
            {
                using var document = JsonDocument.Parse(line);
                json = document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                // Told once, with the items.
                fault = property == "item" ? ArchiveErrors.BadItem(_path, "a line of its metadata cannot be read", e) : null;
                if (fault is null)
                {
                    continue;
                }
            }

            if (fault is not null || (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(property, out _)))
            {
                yield return (json, fault);
            }
        }
    }

    /// <summary>A line of any length fills no memory: past the longest that is sensible, the metadata is not one.</summary>
    private string? ReadLine(StreamReader reader)
    {
        var line = new StringBuilder();
        int c;
        while ((c = reader.Read()) >= 0 && c != '\n')
        {
            if (line.Append((char)c).Length > LongestLine)
            {
                throw ArchiveErrors.Invalid(_path, "its metadata is damaged");
            }
        }

        return c < 0 && line.Length == 0 ? null : line.ToString();
    }
}
