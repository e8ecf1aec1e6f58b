using System.Text;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>Makes the directories of mailboxes and folders where they are missing, and never enters one through a stranger's link.</summary>
/// <param name="changed">Told every directory that has got a new entry.</param>
internal sealed class FolderCreator(Mailbox mailbox, Action<string> changed)
{
    private const uint PrivateMode = 0x1C0;

    private static readonly string[] MailDirectories = ["tmp", "new", "cur"];
    private static readonly string[] Metadata = ["color", "description", "displayname", "order"];

    /// <summary>A whole new mailbox, with owner and mode of a neighbour's, otherwise private to the owner of the directory above.</summary>
    public void CreateMailbox(string root, Mailbox? neighbour)
    {
        string path = root;
        foreach (string part in mailbox.MailDirectory[(root.TrimEnd('/').Length + 1)..].Split('/'))
        {
            FileStatus.TryGet(path, out var parent);
            changed(path);
            path = path.TrimEnd('/') + "/" + part;
            bool belongsToUser = path.Length >= mailbox.UserDirectory.Length;
            if (!belongsToUser)
            {
                FileWrites.MakeDirectory(path, parent);
            }
            else if (neighbour is not null && FileStatus.TryGet(neighbour.MailDirectory, out var model))
            {
                FileWrites.MakeDirectory(path, model);
            }
            else
            {
                FileWrites.MakeDirectory(path, parent, PrivateMode);
            }
        }

        EnsureMailDirectories(mailbox.MailDirectory);
    }

    /// <summary>The directory of a folder that is there, or null.</summary>
    public string? Find(string key, FolderKind kind)
    {
        string top = kind == FolderKind.Mail ? mailbox.MailDirectory : mailbox.UserDirectory;
        if (!FileStatus.TryGet(top, out var owner))
        {
            return null;
        }

        if (key == FolderName.InboxKey)
        {
            return HasMail(top, owner) ? top : null;
        }

        string directory = top;
        foreach (string part in key.Split('/'))
        {
            if (!LinkSafety.TryGetDirectory(directory, part, owner, out _))
            {
                return null;
            }

            directory += "/" + part;
        }

        return kind != FolderKind.Mail || HasMail(directory, owner) ? directory : null;
    }

    /// <param name="freshInbox">The mailbox was made just now, and its INBOX with it.</param>
    public async ValueTask<bool> EnsureMailAsync(
        string key, bool freshInbox, IReadOnlyDictionary<string, string>? attributes, CancellationToken token)
    {
        bool made = EnsureInbox() || freshInbox;
        if (key != FolderName.InboxKey)
        {
            // In Maildir++ the name holds the hierarchy: a parent that was no folder need not become one.
            made = EnsureMailFolder(key);
        }

        if (made && attributes is not null && attributes.TryGetValue("subscribed", out string? subscribed) && subscribed == "1")
        {
            await SubscribeAsync(key == FolderName.InboxKey ? FolderName.Inbox : key[1..], token).ConfigureAwait(false);
        }

        if (made && attributes is not null && attributes.TryGetValue(SourceFolder.Mountpoints, out string? mountpoints))
        {
            await AddMountpointsAsync(mountpoints.Split('\n'), token).ConfigureAwait(false);
        }

        return made;
    }

    /// <summary>Adds lines for folders that lie elsewhere to the subscriptions; gives how many were not there.</summary>
    public async ValueTask<int> AddMountpointsAsync(IReadOnlyList<string> mountpoints, CancellationToken token)
    {
        int added = 0;
        foreach (string mountpoint in mountpoints)
        {
            added += await ChangeSubscriptionsAsync(c => SubscriptionFile.AddElsewhere(c, mountpoint), token).ConfigureAwait(false) ? 1 : 0;
        }

        return added;
    }

    public bool EnsureFiles(string key, FolderKind kind, IReadOnlyDictionary<string, string>? attributes)
    {
        string directory = mailbox.UserDirectory;
        bool made = false;
        foreach (string part in key.Split('/'))
        {
            made = EnsureDirectory(directory, part);
            directory += "/" + part;
        }

        foreach (var (name, value) in made && kind != FolderKind.Files && attributes is not null ? attributes : new Dictionary<string, string>())
        {
            if (Metadata.Contains(name, StringComparer.Ordinal))
            {
                WriteNew(directory, name, Encoding.UTF8.GetBytes(value));
            }
        }

        return made;
    }

    private bool EnsureInbox()
    {
        if (!FileStatus.TryGet(mailbox.MailDirectory, out _))
        {
            EnsureDirectory(mailbox.UserDirectory, mailbox.MailDirectory[(mailbox.UserDirectory.Length + 1)..]);
        }

        return EnsureMailDirectories(mailbox.MailDirectory);
    }

    private bool EnsureMailFolder(string name)
    {
        EnsureDirectory(mailbox.MailDirectory, name);
        string directory = mailbox.MailDirectory + "/" + name;
        bool made = EnsureMailDirectories(directory);
        if (made)
        {
            // Tells delivery agents that this is a folder and where to look for the quota.
            WriteNew(directory, "maildirfolder", []);
        }

        return made;
    }

    /// <summary>True when it was no mail folder before: <c>cur</c>, which makes it one, comes last.</summary>
    private bool EnsureMailDirectories(string directory)
    {
        bool made = false;
        foreach (string name in MailDirectories)
        {
            made = EnsureDirectory(directory, name);
        }

        return made;
    }

    private bool EnsureDirectory(string parent, string name)
    {
        FileStatus.TryGet(parent, out var owner);
        string path = parent + "/" + name;
        if (LinkSafety.TryGetDirectory(parent, name, owner, out _))
        {
            return false;
        }

        if (FileStatus.TryGet(parent, name, out _, follow: false))
        {
            throw RestoreErrors.BadPath(path, "something else has its name");
        }

        changed(parent);
        return FileWrites.MakeDirectory(path, owner);
    }

    private static bool HasMail(string directory, FileStatus owner) =>
        MailDirectories.All(name => LinkSafety.TryGetDirectory(directory, name, owner, out _));

    private static void WriteNew(string directory, string name, byte[] content)
    {
        FileStatus.TryGet(directory, out var owner);
        using var file = FileWrites.TryCreate(directory, name, owner);
        if (file is not null)
        {
            FileWrites.Write(file, content, directory + "/" + name);
            FileWrites.Sync(directory, name);
        }
    }

    private async ValueTask SubscribeAsync(string storageName, CancellationToken token) =>
        await ChangeSubscriptionsAsync(c => SubscriptionFile.Add(c, storageName), token).ConfigureAwait(false);

    private async ValueTask<bool> ChangeSubscriptionsAsync(Func<byte[]?, byte[]?> change, CancellationToken token)
    {
        FileStatus.TryGet(mailbox.MailDirectory, out var owner);
        using var file = await DotLock.AcquireAsync(mailbox.MailDirectory, SubscriptionFile.FileName, owner, token).ConfigureAwait(false);
        if (change(SmallFile.TryRead(mailbox.MailDirectory, SubscriptionFile.FileName)) is not { } content)
        {
            return false;
        }

        file.Replace(content);
        changed(mailbox.MailDirectory);
        return true;
    }
}
