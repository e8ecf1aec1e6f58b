using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Changes;

/// <summary>
/// Which directories of a tree are watched, and what they are. A directory is watched before it is looked into, so whatever is put into it either is
/// seen by the look or makes an event. Not thread-safe.
/// </summary>
internal sealed class WatchTree(MailboxLayout layout, Inotify inotify)
{
    private const InotifyMask Entries = InotifyMask.Create | InotifyMask.Delete | InotifyMask.MovedFrom | InotifyMask.MovedTo;
    private const InotifyMask Self = InotifyMask.DeleteSelf | InotifyMask.MoveSelf;

    private readonly Dictionary<int, WatchedDirectory> _watches = [];
    private readonly HashSet<string> _accounts = new(StringComparer.Ordinal);

    public int Count => _watches.Count;

    /// <summary>Accounts of which not every directory can be watched, because the user may have no more watches.</summary>
    public HashSet<string> Unwatched { get; } = new(StringComparer.Ordinal);

    public WatchedDirectory? Find(int watch) => _watches.GetValueOrDefault(watch);

    public void Forget(int watch) => _watches.Remove(watch);

    /// <summary>Watches everything that is not watched yet.</summary>
    /// <returns>Accounts that were not known.</returns>
    public List<string> AddAll()
    {
        var added = new List<string>();
        AddTree(layout.Root, 0);
        foreach (var mailbox in layout.FindAll())
        {
            if (AddMailbox(mailbox))
            {
                added.Add(mailbox.Account);
            }
        }

        return added;
    }

    /// <summary>Watches what has turned up in a watched directory, with all that is in it.</summary>
    public void AddChild(WatchedDirectory parent, string name)
    {
        string path = parent.Path + "/" + name;
        switch (parent.Role)
        {
            case WatchRole.User:
                AddUserChild(parent.Mailbox!, name);
                break;
            case WatchRole.MailFolder when name is "cur" or "new":
                Add(parent with { Path = path, Role = WatchRole.Messages });
                break;
            case WatchRole.MailFolder when parent.Key == FolderName.InboxKey && IsFolder(name):
                AddMailFolder(parent.Mailbox!, path, name);
                break;
            case WatchRole.MailFolder when parent.Key == FolderName.InboxKey && parent.Mailbox!.UserDirectory == parent.Path:
                AddUserChild(parent.Mailbox, name);
                break;
            case WatchRole.Collections when name[0] != '.':
                Add(parent with { Path = path, Role = WatchRole.Items, Key = parent.Key + "/" + name });
                break;
            case WatchRole.Items when parent.Kind == FolderKind.Files:
                AddDocuments(parent.Mailbox!, path, parent.Key + "/" + name);
                break;
        }
    }

    /// <returns>True when the account was not known.</returns>
    private bool AddMailbox(Mailbox mailbox)
    {
        Unwatched.Remove(mailbox.Account);
        if (mailbox.UserDirectory != mailbox.MailDirectory)
        {
            Add(new WatchedDirectory(mailbox.UserDirectory, WatchRole.User, mailbox));
        }

        AddMailFolder(mailbox, mailbox.MailDirectory, FolderName.InboxKey);
        foreach (string name in Subdirectories(mailbox.MailDirectory).Where(IsFolder))
        {
            AddMailFolder(mailbox, mailbox.MailDirectory + "/" + name, name);
        }

        foreach (string name in (string[])[Mailbox.Contacts, Mailbox.Calendars, Mailbox.Files])
        {
            AddUserChild(mailbox, name);
        }

        return _accounts.Add(mailbox.Account);
    }

    private void AddTree(string directory, int depth)
    {
        Add(new WatchedDirectory(directory, WatchRole.Tree, null));
        foreach (string name in depth < layout.UserDepth ? Subdirectories(directory).Where(n => n[0] != '.') : [])
        {
            AddTree(directory + "/" + name, depth + 1);
        }
    }

    private void AddMailFolder(Mailbox mailbox, string path, string key)
    {
        var folder = new WatchedDirectory(path, WatchRole.MailFolder, mailbox, FolderKind.Mail, key);
        if (Add(folder))
        {
            Add(folder with { Path = path + "/cur", Role = WatchRole.Messages });
            Add(folder with { Path = path + "/new", Role = WatchRole.Messages });
        }
    }

    private void AddUserChild(Mailbox mailbox, string name)
    {
        string path = mailbox.UserDirectory + "/" + name;
        if (name == Mailbox.Files)
        {
            AddDocuments(mailbox, path, name);
        }
        else if (name is Mailbox.Contacts or Mailbox.Calendars)
        {
            var kind = name == Mailbox.Contacts ? FolderKind.Contacts : FolderKind.Calendar;
            var top = new WatchedDirectory(path, WatchRole.Collections, mailbox, kind, name);
            foreach (string child in Add(top) ? Subdirectories(path) : [])
            {
                AddChild(top, child);
            }
        }
        else if (path == mailbox.MailDirectory)
        {
            AddMailbox(mailbox);
        }
    }

    private void AddDocuments(Mailbox mailbox, string path, string key)
    {
        foreach (string child in Add(new WatchedDirectory(path, WatchRole.Items, mailbox, FolderKind.Files, key)) ? Subdirectories(path) : [])
        {
            AddDocuments(mailbox, path + "/" + child, key + "/" + child);
        }
    }

    /// <returns>False when there is no such directory, or it cannot be watched.</returns>
    private bool Add(WatchedDirectory directory)
    {
        // A message that a program writes where it lies is seen when it is complete.
        var mask = directory.Role is WatchRole.Tree or WatchRole.User ? Entries : Entries | InotifyMask.CloseWrite;
        try
        {
            if (inotify.Watch(directory.Path, mask | Self) is not { } watch)
            {
                return false;
            }

            // What is a mailbox, or a folder of one, is never again only a directory on the way to one.
            if (directory.Role != WatchRole.Tree || !_watches.ContainsKey(watch))
            {
                _watches[watch] = directory;
            }

            return true;
        }
        catch (PosixException e) when (e.Errno == Errno.ENOSPC && directory.Mailbox is { } mailbox)
        {
            Unwatched.Add(mailbox.Account);
            return false;
        }
        catch (PosixException e) when (e.Errno is Errno.EACCES && directory.Role == WatchRole.Tree)
        {
            return false;
        }
    }

    private static bool IsFolder(string name) => name[0] == '.' && !name.StartsWith("..", StringComparison.Ordinal) && !name.StartsWith(".nfs", StringComparison.Ordinal);

    private static List<string> Subdirectories(string directory)
    {
        var names = new List<string>();
        using var reader = DirectoryReader.TryOpen(directory);
        while (reader is not null && reader.Next())
        {
            if (reader.MayBeDirectory)
            {
                names.Add(reader.NameText);
            }
        }

        return names;
    }
}
