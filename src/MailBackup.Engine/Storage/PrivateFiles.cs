using Microsoft.Win32.SafeHandles;

#pragma warning disable CA1416 // Backup paths lie on Linux.

namespace MailBackup.Storage;

/// <summary>
/// Makes the files and folders of a backup path for its owner alone (0600 and 0700), whatever the umask: in them are everybody's mails and password
/// hashes. What exists keeps the mode that it has.
/// </summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileOfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderOfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static void CreateDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, FolderOfOwner);
        }
    }

    /// <summary>The root of a store: parents that are missing are made as anybody's, and an empty folder that is there already becomes private.</summary>
    public static void CreateRoot(string path)
    {
        Directory.CreateDirectory(path);
        try
        {
            File.SetUnixFileMode(path, FolderOfOwner);
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else's folder that this user may write: opening it warns.
        }
    }

    public static FileStream OpenStream(string path, FileMode mode, FileAccess access, FileShare share, int buffer = 0, FileOptions options = FileOptions.None) =>
        new(path, new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
            BufferSize = buffer,
            Options = options,
            UnixCreateMode = FileOfOwner,
        });

    public static SafeFileHandle Open(string path, FileMode mode, FileAccess access, FileShare share, FileOptions options = FileOptions.None)
    {
        bool isNew = mode is FileMode.Create or FileMode.CreateNew || (mode == FileMode.OpenOrCreate && !File.Exists(path));
        var handle = File.OpenHandle(path, mode, access, share, options);
        if (isNew)
        {
            File.SetUnixFileMode(handle, FileOfOwner);
        }

        return handle;
    }

    /// <summary>What to tell an administrator when users who have nothing to do with the backup can get at it; null when they cannot.</summary>
    public static string? DescribeExposure(string root)
    {
        try
        {
            var mode = File.GetUnixFileMode(root);
            if ((mode & Others) == 0)
            {
                return null;
            }

            for (string? parent = Path.GetDirectoryName(root); parent is not null; parent = Path.GetDirectoryName(parent))
            {
                if ((File.GetUnixFileMode(parent) & UnixFileMode.OtherExecute) == 0)
                {
                    return null;
                }
            }

            return $"Every user of this machine can get at the backup path {root} (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}): it holds all mails and the hashes of "
                + $"passwords. Take that away with 'chmod -R go= {root}'.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
