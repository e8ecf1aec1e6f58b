using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>What a failed system call means to whoever restores.</summary>
internal static class RestoreErrors
{
    public static MailBackupException From(PosixException error)
    {
        var (problem, action) = error.Errno switch
        {
            Errno.ENOSPC => ("there is no space left", "Make room on its file system, then restore again: what is there already is kept."),
            Errno.EDQUOT => ("the owner's disk quota is used up", "Raise the quota, then restore again: what is there already is kept."),
            Errno.EACCES or Errno.EPERM =>
                ("permission is denied", "Run the restore as root or as the owner of the mailboxes."),
            Errno.EROFS => ("its file system is mounted read-only", "Mount it writable, then restore again."),
            Errno.ENAMETOOLONG => ("its name is too long for the file system", "Restore it into a folder with a shorter name."),
            Errno.ENOENT or Errno.ENOTDIR => ("its directory has gone", "Check that the mail tree is mounted, then restore again."),
            _ => (error.Reason, "Check the file system of the mail tree, then restore again."),
        };
        return new MailBackupException(ErrorIds.ItemRestoreFailed, $"{error.Path} cannot be written: {problem}.", action, error.Path, error);
    }

    public static MailBackupException BadPath(string path, string reason) =>
        new(ErrorIds.ItemRestoreFailed, $"The folder '{path}' cannot be made: {reason}.", "Restore into a folder with another name.", path);

    public static T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (PosixException e)
        {
            throw From(e);
        }
    }

    public static async ValueTask<T> GuardAsync<T>(Func<ValueTask<T>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (PosixException e)
        {
            throw From(e);
        }
    }
}
