using System.Text.Json;
using MailBackup.Archives.Maildir;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Sources.Maildir;

namespace MailBackup.Archives.Mbox;

/// <summary>
/// Reads an mbox file, or a tree of them as ours or as Thunderbird (<c>Inbox</c>, <c>Inbox.sbd/</c>), Apple Mail (<c>Old.mbox/mbox</c>) and mutt keep it, with
/// contacts, calendars and documents beside. No link is followed.
/// </summary>
internal sealed class MboxArchiveReader : IArchiveReader
{
    private static readonly string[] Beside = [Mailbox.Contacts, Mailbox.Calendars, Mailbox.Files];

    private readonly List<(string Path, RestoreFolder Folder, long? Items)> _files = [];
    private readonly MaildirArchiveReader? _collections;
    private readonly bool _ours;

    public MboxArchiveReader(string path)
    {
        if (File.Exists(path))
        {
            Add(path, Path.GetFileName(path), []);
            return;
        }

        var known = ReadMetadata(Path.Combine(path, ArchiveMetadata.FileName));
        _ours = known is not null;
        _collections = new MaildirArchiveReader(new Mailbox("", path, Path.Combine(path, ".none")));
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device };
        foreach (string file in Directory.EnumerateFiles(path, "*", options).Order(StringComparer.Ordinal))
        {
            string relative = Path.GetRelativePath(path, file);
            string[] parts = relative.Split('/');
            if (!Beside.Contains(parts[0]) && relative != ArchiveMetadata.FileName)
            {
                Add(file, relative, known ?? []);
            }
        }
    }

    public ArchiveFormat Format => ArchiveFormat.Mbox;

    public long PassedOver { get; private set; }

    /// <summary>True when anything in the path is mbox.</summary>
    public bool IsEmpty => _files.Count == 0 && !(_collections?.Collections().Any() ?? false);

    public IEnumerable<RestoreFolder> Folders(CancellationToken token) =>
        _files.Select(f => f.Folder).OrderBy(f => f.Path, StringComparer.Ordinal).Concat(_collections?.Collections() ?? []);

    public IEnumerable<ArchiveEntry> Items(CancellationToken token) =>
        _files.SelectMany(f => new MboxFile(f.Path, f.Folder, _ours, f.Items).Items(token))
            .Concat(_collections?.CollectionItems(token) ?? []);

    public void Dispose() => _collections?.Dispose();

    /// <summary><c>Archive.sbd/2024.mbox</c> is the folder <c>Archive/2024</c>.</summary>
    internal static string FolderPath(string relative)
    {
        var parts = relative.Split('/').ToList();
        if (parts.Count > 1 && parts[^1] == "mbox")
        {
            parts.RemoveAt(parts.Count - 1);
        }

        for (int i = 0; i < parts.Count; i++)
        {
            string extension = Path.GetExtension(parts[i]);
            if (extension is ".sbd" or ".mbox" && parts[i].Length > extension.Length)
            {
                parts[i] = parts[i][..^extension.Length];
            }
        }

        string path = string.Join('/', parts);
        return path.Equals(FolderName.Inbox, StringComparison.OrdinalIgnoreCase) ? FolderName.Inbox : path;
    }

    private void Add(string file, string relative, Dictionary<string, (RestoreFolder Folder, long? Items)> known)
    {
        bool? looks = MboxFile.Looks(file);
        if (looks == false || (looks is null && !known.ContainsKey(relative)))
        {
            PassedOver++;
            return;
        }

        _files.Add(known.TryGetValue(relative, out var own)
            ? (file, own.Folder, own.Items) : (file, new RestoreFolder(FolderPath(relative), FolderKind.Mail, null, null), null));
    }

    /// <returns>Folders by the file that they are in; null when the archive is not of ours.</returns>
    private static Dictionary<string, (RestoreFolder Folder, long? Items)>? ReadMetadata(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var folders = new Dictionary<string, (RestoreFolder Folder, long? Items)>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(path).Skip(1))
        {
            try
            {
                var (file, folder, items) = JsonText.Read(
                    line, e => (e.GetProperty("path").Text(), ArchiveMetadata.ReadFolder(e), e.Optional("items")?.GetInt64()));
                if (folder.Kind == FolderKind.Mail)
                {
                    folders[file] = (folder, items);
                }
            }
            catch (JsonException)
            {
                // The file is still there, under a name that says enough.
            }
        }

        return folders;
    }
}
