using System.Text;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Lists what lies beside the mail: address books and calendars as <c>vdir</c> collections (a directory a collection, a file an object, small
/// files <c>displayname</c> and <c>color</c>), and documents in any tree of directories.
/// </summary>
internal static class CollectionFolders
{
    private static readonly string[] MetadataFiles = ["color", "description", "displayname", "order"];

    public static List<SourceFolder> List(Mailbox mailbox, HashSet<string> taken, long now)
    {
        var folders = new List<SourceFolder>();
        if (!FileStatus.TryGet(mailbox.UserDirectory, out var owner))
        {
            return folders;
        }

        ListCollections(Mailbox.Contacts, FolderKind.Contacts);
        ListCollections(Mailbox.Calendars, FolderKind.Calendar);
        if (LinkSafety.TryGetDirectory(mailbox.UserDirectory, Mailbox.Files, owner, out var files))
        {
            ListDocuments(Mailbox.Files, files);
        }

        return folders;

        void ListCollections(string top, FolderKind kind)
        {
            if (!LinkSafety.TryGetDirectory(mailbox.UserDirectory, top, owner, out var status))
            {
                return;
            }

            string directory = mailbox.UserDirectory + "/" + top;
            if (Visit(directory, kind, out _) is { Count: > 0 } own)
            {
                Add(top, kind, directory, status, own);
            }

            foreach (string name in Subdirectories(directory, owner))
            {
                string child = directory + "/" + name;
                if (FileStatus.TryGet(child, out var childStatus))
                {
                    Add(top + "/" + name, kind, child, childStatus, Visit(child, kind, out _));
                }
            }
        }

        void ListDocuments(string key, FileStatus status)
        {
            string directory = mailbox.UserDirectory + "/" + key;
            var items = Visit(directory, FolderKind.Files, out var children);
            Add(key, FolderKind.Files, directory, status, items);
            children.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            foreach (var (name, child) in children)
            {
                ListDocuments(key + "/" + name, child);
            }
        }

        void Add(string key, FolderKind kind, string directory, FileStatus status, List<(string, FileStatus)> items) =>
            folders.Add(new SourceFolder
            {
                Path = FolderName.MakeUnique(key, taken),
                Kind = kind,
                Key = key,
                Identity = FolderToken.Identity(FileStatus.TryGet(directory, out var full) ? full : status),
                Token = FolderToken.OfFiles(status, items, now),
                Attributes = kind == FolderKind.Files ? null : ReadMetadata(directory),
            });
    }

    /// <summary>True for a file that is an item of such a folder.</summary>
    public static bool IsItem(ReadOnlySpan<byte> name, FolderKind kind) => kind switch
    {
        FolderKind.Contacts => name[0] != '.' && EndsWith(name, ".vcf"u8),
        FolderKind.Calendar => name[0] != '.' && EndsWith(name, ".ics"u8),

        // A user's dot files are documents; what systems leave behind, and our own files in the making, are not.
        _ => !name.SequenceEqual(".DS_Store"u8) && !name.StartsWith(".nfs"u8) && !name.StartsWith(TemporaryFile.HiddenPrefixBytes),
    };

    /// <summary>True for a file that says what a collection is called, or looks like.</summary>
    public static bool IsMetadata(ReadOnlySpan<byte> name)
    {
        foreach (string file in MetadataFiles)
        {
            if (Ascii.Equals(name, file))
            {
                return true;
            }
        }

        return false;
    }

    private static bool EndsWith(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extension) =>
        name.Length > extension.Length && Ascii.EqualsIgnoreCase(name[^extension.Length..], extension);

    private static List<(string Name, FileStatus Status)> Visit(
        string directory, FolderKind kind, out List<(string Name, FileStatus Status)> subdirectories)
    {
        var items = new List<(string, FileStatus)>();
        subdirectories = [];
        using var reader = DirectoryReader.TryOpen(directory);
        while (reader is not null && reader.Next())
        {
            bool item = reader.MayBeRegular && IsItem(reader.Name, kind);
            bool directoryWanted = reader.MayBeOwnDirectory && kind == FolderKind.Files;
            if ((item || directoryWanted) && reader.TryGetStatus(out var status))
            {
                if (item && status.IsRegular)
                {
                    items.Add((reader.NameText, status));
                }
                else if (directoryWanted && status.IsDirectory)
                {
                    subdirectories.Add((reader.NameText, status));
                }
            }
        }

        return items;
    }

    private static List<string> Subdirectories(string directory, FileStatus owner)
    {
        var names = new List<string>();
        using var reader = DirectoryReader.TryOpen(directory);
        while (reader is not null && reader.Next())
        {
            if (reader.Name[0] != '.' && reader.MayBeDirectory && LinkSafety.TryGetDirectory(reader, directory, owner, out _))
            {
                names.Add(reader.NameText);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static SortedDictionary<string, string>? ReadMetadata(string directory)
    {
        SortedDictionary<string, string>? attributes = null;
        foreach (string name in MetadataFiles)
        {
            if (SmallFile.TryRead(directory, name) is { Length: > 0 and < 65_536 } content)
            {
                (attributes ??= new(StringComparer.Ordinal))[name] = Encoding.UTF8.GetString(content).Trim();
            }
        }

        return attributes;
    }
}
