using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Notifications;

/// <summary>
/// Which program may be run as a hook. It runs as whoever runs the backup, often root, so nobody else may be able to put another in its place: neither the
/// file nor a folder on the way to it (sshd judges AuthorizedKeysCommand in the same way).
/// </summary>
internal static class HookFile
{
    private const int WritableByOthers = 0x12, Sticky = 0x200, Executable = 0x49;

    /// <returns>The file itself, where the path is a link.</returns>
    /// <exception cref="MailBackupException"><c>HookUnusable</c>.</exception>
    public static string Resolve(string path)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw Unusable(path, "is no absolute path");
        }

        try
        {
            if (!FileStatus.TryGet(path, out var status))
            {
                throw Unusable(path, "is not there");
            }

            string real = Path.GetFullPath(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);

            if (!status.IsRegular || (status.Mode & Executable) == 0)
            {
                throw Unusable(path, "is no program that can be run");
            }

            Judge(path, real, status);
            for (string? folder = Path.GetDirectoryName(real); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (FileStatus.TryGet(folder, out var above))
                {
                    Judge(path, folder, above);
                }
            }

            return real;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, $"cannot be looked at: {e.Message}", e);
        }
    }

    private static void Judge(string path, string part, FileStatus status)
    {
        if (status.User != 0 && status.User != Libc.EffectiveUser())
        {
            throw Unusable(path, $"could be replaced: {part} belongs neither to this user nor to root");
        }

        // In a folder with the sticky bit only the owner of a file can replace it.
        if ((status.Mode & WritableByOthers) != 0 && !(status.IsDirectory && (status.Mode & Sticky) != 0))
        {
            throw Unusable(path, $"could be replaced: others may write {part}");
        }
    }

    private static MailBackupException Unusable(string path, string why, Exception? inner = null) => new(
        ErrorIds.HookUnusable, $"The hook {path} {why}.", "Name a program by its absolute path that only its owner, you or root, can write.", path, inner);
}
