using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>Lists the Maildir++ folders of a mailbox: four calls a folder, and no message is looked at.</summary>
internal static class MailFolders
{
    private static readonly Dictionary<string, string> Subscribed = new(StringComparer.Ordinal) { ["subscribed"] = "1" };

    /// <param name="taken">Paths already given out in this account.</param>
    /// <param name="now">The listing clock, in nanoseconds since 1970.</param>
    public static List<SourceFolder> List(Mailbox mailbox, HashSet<string> taken, long now)
    {
        var folders = new List<SourceFolder>();
        if (!FileStatus.TryGet(mailbox.MailDirectory, out var root) || !MailboxLayout.HasMail(mailbox))
        {
            return folders;
        }

        var subscriptions = SubscriptionFile.Read(mailbox.MailDirectory);
        var seen = new HashSet<(ulong, ulong)>();
        Add(FolderName.InboxKey, mailbox.MailDirectory, root);

        // Canonical names come first, so that of two directories that mean the same path it is the well-written one that keeps it.
        var names = FolderDirectories(mailbox.MailDirectory, root);
        foreach (var (name, status) in names.OrderBy(n => FolderName.FromPath(FolderName.ToPath(n.Name)) == n.Name ? 0 : 1)
                     .ThenBy(n => n.Name, StringComparer.Ordinal))
        {
            Add(name, mailbox.MailDirectory + "/" + name, status);
        }

        if (folders.Count > 0 && subscriptions.Count > 0)
        {
            // Folders of others, and some of one's own that are not there (any more): kept with the inbox, which every mailbox has.
            var attributes = folders[0].Attributes?.ToDictionary(StringComparer.Ordinal) ?? [];
            attributes[SourceFolder.Mountpoints] = string.Join('\n', subscriptions.Values.Order(StringComparer.Ordinal));
            folders[0] = folders[0] with { Attributes = attributes };
        }

        return folders;

        void Add(string key, string directory, FileStatus status)
        {
            // Without this, a link to a directory above would show its mail a second time.
            if ((status.Inode != 0 && !seen.Add((status.Device, status.Inode)))
                || !FileStatus.TryGet(directory, "cur", out var current) || !current.IsDirectory)
            {
                return;
            }

            FileStatus? fresh = FileStatus.TryGet(directory, "new", out var n) ? n : null;
            FileStatus? keywords = FileStatus.TryGet(directory, KeywordFile.FileName, out var k) ? k : null;
            string path = FolderName.ToPath(key);
            bool subscribed = key == FolderName.InboxKey
                ? subscriptions.Remove(FolderName.Inbox) : TakeSubscription(subscriptions, key, path);
            folders.Add(new SourceFolder
            {
                Path = FolderName.MakeUnique(path, taken),
                Kind = FolderKind.Mail,
                Key = key,
                Identity = FolderToken.Identity(status),
                Token = FolderToken.OfMail(current, fresh, keywords, now),
                Attributes = subscribed ? Subscribed : null,
            });
        }
    }

    // Servers that write names in UTF-8 subscribe to them in UTF-8, and some join the parts with a slash.
    private static bool TakeSubscription(Dictionary<string, string> subscriptions, string key, string path) =>
        subscriptions.Remove(key[1..]) | subscriptions.Remove(path) | subscriptions.Remove(path.Replace('/', '.'));

    private static List<(string Name, FileStatus Status)> FolderDirectories(string mailDirectory, FileStatus root)
    {
        var names = new List<(string, FileStatus)>();
        using var reader = DirectoryReader.TryOpen(mailDirectory);
        while (reader is not null && reader.Next())
        {
            if (reader.Name[0] == '.' && reader.MayBeDirectory && !reader.Name.StartsWith(".."u8) && !reader.Name.StartsWith(".nfs"u8)
                && LinkSafety.TryGetDirectory(reader, mailDirectory, root, out var status))
            {
                names.Add((reader.NameText, status));
            }
        }

        return names;
    }
}
