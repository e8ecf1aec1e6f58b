using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Which links inside a mailbox are followed. A user may be able to make links there while the backup runs as root, so a directory behind a
/// link counts only when it belongs to the mailbox's owner; a link that leads nowhere or in a circle is nothing.
/// </summary>
internal static class LinkSafety
{
    /// <param name="owner">Status of the directory whose owner counts.</param>
    public static bool TryGetDirectory(DirectoryReader entry, string parent, FileStatus owner, out FileStatus status)
    {
        if (!entry.TryGetStatus(out status))
        {
            return false;
        }

        return status.IsLink ? TryFollow(parent, entry.NameText, owner, out status) : status.IsDirectory;
    }

    public static bool TryGetDirectory(string parent, string name, FileStatus owner, out FileStatus status)
    {
        if (!FileStatus.TryGet(parent, name, out status, follow: false))
        {
            return false;
        }

        return status.IsLink ? TryFollow(parent, name, owner, out status) : status.IsDirectory;
    }

    private static bool TryFollow(string parent, string name, FileStatus owner, out FileStatus status)
    {
        try
        {
            return FileStatus.TryGet(parent, name, out status) && status.IsDirectory && status.User == owner.User;
        }
        catch (PosixException e) when (e.Errno == Errno.ELOOP)
        {
            status = default;
            return false;
        }
    }
}
