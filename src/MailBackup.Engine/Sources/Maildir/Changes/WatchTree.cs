using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Changes;

/// <summary>
/// Which directories of a tree are watched, and what they are. A directory is watched before it is looked into, so whatever is put into it either is
/// seen by the look or makes an event. Links are followed where the listing follows them, and nowhere else: a user's link to <c>/</c> would eat every watch.
/// What cannot be read of a mailbox costs that account. Not thread-safe.
/// </summary>
internal sealed class WatchTree(MailboxLayout layout, Inotify inotify)
{
    private const InotifyMask Entries = InotifyMask.Create | InotifyMask.Delete | InotifyMask.MovedFrom | InotifyMask.MovedTo;
    private const InotifyMask Self = InotifyMask.DeleteSelf | InotifyMask.MoveSelf;

    private readonly WatchMeanings _watches = new();
    private readonly HashSet<string> _accounts = new(StringComparer.Ordinal);

    public int Count => _watches.Count;

    /// <summary>Accounts of which not every directory can be watched, and what the system said first; <see cref="Errno.ENOSPC"/>: the user may have no more watches.</summary>
    public Dictionary<string, PosixException> Unwatched { get; } = new(StringComparer.Ordinal);

    /// <summary>All that a watched directory is.</summary>
    public WatchedDirectory[] Find(int watch) => _watches.Find(watch);

    public void Forget(int watch) => _watches.Forget(watch);

    /// <summary>Watches everything that is not watched yet.</summary>
    /// <returns>Accounts that were not known.</returns>
    public List<string> AddAll()
    {
        var added = new List<string>();
        Unwatched.Clear();
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

    /// <summary>Watches what has turned up in a watched directory of a mailbox, with all that is in it.</summary>
    public void AddChild(WatchedDirectory parent, string name)
    {
        var mailbox = parent.Mailbox!;
        string path = parent.Path + "/" + name;
        switch (parent.Role)
        {
            case WatchRole.User:
                AddUserChild(mailbox, name);
                break;
            case WatchRole.MailFolder when name is "cur" or "new":
                Add(parent with { Path = path, Role = WatchRole.Messages });
                break;
            case WatchRole.MailFolder when parent.Key == FolderName.InboxKey && IsFolder(name):
                Try(mailbox, () =>
                {
                    if (FileStatus.TryGet(parent.Path, out var owner) && LinkSafety.TryGetDirectory(parent.Path, name, owner, out _))
                    {
                        AddMailFolder(mailbox, path, name);
                    }
                });
                break;
            case WatchRole.MailFolder when parent.Key == FolderName.InboxKey && mailbox.UserDirectory == parent.Path:
                AddUserChild(mailbox, name);
                break;
            case WatchRole.Collections when IsVisible(name):
                Add(parent with { Path = path, Role = WatchRole.Items, Key = parent.Key + "/" + name });
                break;
            case WatchRole.Items when parent.Kind == FolderKind.Files:
                AddDocuments(mailbox, path, parent.Key + "/" + name, follow: false);
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
        Try(mailbox, () =>
        {
            foreach (string name in FileStatus.TryGet(mailbox.MailDirectory, out var owner) ? Subdirectories(mailbox.MailDirectory, IsFolder, owner) : [])
            {
                AddMailFolder(mailbox, mailbox.MailDirectory + "/" + name, name);
            }
        });

        foreach (string name in (string[])[Mailbox.Contacts, Mailbox.Calendars, Mailbox.Files])
        {
            AddUserChild(mailbox, name);
        }

        return _accounts.Add(mailbox.Account);
    }

    private void AddTree(string directory, int depth)
    {
        Add(new WatchedDirectory(directory, WatchRole.Tree, null));
        foreach (string name in depth < layout.UserDepth ? Subdirectories(directory, IsVisible) : [])
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
        if (name is Mailbox.Contacts or Mailbox.Calendars or Mailbox.Files)
        {
            Try(mailbox, () =>
            {
                if (!FileStatus.TryGet(mailbox.UserDirectory, out var owner) || !LinkSafety.TryGetDirectory(mailbox.UserDirectory, name, owner, out _))
                {
                    return;
                }

                if (name == Mailbox.Files)
                {
                    AddDocuments(mailbox, path, name, follow: true);
                    return;
                }

                var kind = name == Mailbox.Contacts ? FolderKind.Contacts : FolderKind.Calendar;
                var top = new WatchedDirectory(path, WatchRole.Collections, mailbox, kind, name);
                foreach (string child in Add(top) ? Subdirectories(path, IsVisible, owner) : [])
                {
                    AddChild(top, child);
                }
            });
        }
        else if (path == mailbox.MailDirectory)
        {
            AddMailbox(mailbox);
        }
    }

    /// <param name="follow">False below the top: there a link is nothing, as in the listing.</param>
    private void AddDocuments(Mailbox mailbox, string path, string key, bool follow) => Try(mailbox, () =>
    {
        foreach (string child in Add(new WatchedDirectory(path, WatchRole.Items, mailbox, FolderKind.Files, key), follow) ? Subdirectories(path, _ => true) : [])
        {
            AddDocuments(mailbox, path + "/" + child, key + "/" + child, follow: false);
        }
    });

    /// <returns>False when there is no such directory, or it cannot be watched.</returns>
    private bool Add(WatchedDirectory directory, bool follow = true)
    {
        // A message that a program writes where it lies is seen when it is complete.
        var mask = directory.Role is WatchRole.Tree or WatchRole.User ? Entries : Entries | InotifyMask.CloseWrite;
        try
        {
            if (inotify.Watch(directory.Path, mask | Self | (follow ? InotifyMask.None : InotifyMask.DontFollow)) is not { } watch)
            {
                return false;
            }

            _watches.Add(watch, directory);
            return true;
        }
        catch (PosixException e) when (directory.Mailbox is { } mailbox)
        {
            Unwatched.TryAdd(mailbox.Account, e);
            return false;
        }
        catch (PosixException e) when (e.Errno is Errno.EACCES && directory.Role == WatchRole.Tree)
        {
            return false;
        }
    }

    private void Try(Mailbox mailbox, Action add)
    {
        try
        {
            add();
        }
        catch (PosixException e)
        {
            Unwatched.TryAdd(mailbox.Account, e);
        }
    }

    private static bool IsFolder(string name) => name[0] == '.' && !name.StartsWith("..", StringComparison.Ordinal) && !name.StartsWith(".nfs", StringComparison.Ordinal);

    private static bool IsVisible(string name) => name[0] != '.';

    /// <param name="wanted">Of others nothing is asked: what a link that is no folder leads to must not matter.</param>
    /// <param name="owner">Whose links are followed, see <see cref="LinkSafety"/>; null: what may be a directory, or lead to one, is for the caller to see.</param>
    private static List<string> Subdirectories(string directory, Func<string, bool> wanted, FileStatus? owner = null)
    {
        var names = new List<string>();
        using var reader = DirectoryReader.TryOpen(directory);
        while (reader is not null && reader.Next())
        {
            if (reader.MayBeDirectory && reader.NameText is var name && wanted(name)
                && (owner is not { } whose || LinkSafety.TryGetDirectory(reader, directory, whose, out _)))
            {
                names.Add(name);
            }
        }

        return names;
    }
}
