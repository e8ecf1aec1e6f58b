using System.Security.Cryptography;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// Opens a path that this server only reads: another server's backup path, or an export. Its catalog is a private one in the node's home: that of the
/// path itself could only be read by writing beside it, or by ignoring what its own server has not yet written back.
/// </summary>
internal static class ForeignPath
{
    /// <summary>
    /// Throws <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathFormatTooNew</c>, <c>HomeNotWritable</c>.
    /// </summary>
    /// <param name="path">The path to read.</param>
    /// <param name="home">The node's own folder.</param>
    public static (BackupLayout Layout, BackupMap Owner) Open(string path, string home)
    {
        var plain = new BackupLayout(path);
        if (!Directory.Exists(plain.Root))
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotFound, $"The backup path {plain.Root} is not there.", "Mount its device, or correct the path.", plain.Root);
        }

        var server = FindOwner(plain) ?? throw new MailBackupException(
            ErrorIds.BackupPathNotInitialized,
            $"{plain.Root} is neither a backup path nor an export.",
            "Name the folder that holds the file map_…, and look whether its device is mounted.",
            plain.Root);
        string state = Path.Combine(home, "external", CacheName(plain.Root, server));
        bool export = IsExport(plain);
        BackupLayout layout = export ? new TransparentLayout(plain.Root, state) : new BackupLayout(plain.Root, state);
        BackupStat.Read(layout);
        try
        {
            PrivateFiles.CreateDirectory(state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.HomeNotWritable,
                $"The catalog of {plain.Root} cannot be made in {state}: {e.Message}",
                "Set MAILBACKUP_HOME to a folder that this user may write.",
                home,
                e);
        }

        return (layout, BackupMap.Read(layout.Map(server)) ?? new BackupMap { ServerId = server });
    }

    /// <summary>True for a complete export, and for one that is being made.</summary>
    public static bool IsExport(BackupLayout layout)
    {
        try
        {
            return BackupStatJson.Read(File.ReadAllBytes(layout.BackupStat)).Layout == TransparentLayout.Name;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or System.Text.Json.JsonException)
        {
            return false;
        }
    }

    /// <summary>Whose the path is, in a sentence or two.</summary>
    public static string Describe(BackupLayout layout, BackupMap owner)
    {
        string server = $"server {owner.ServerId}{(owner.Host.Length > 0 ? $" ({owner.Host})" : "")}";
        if (layout is not TransparentLayout)
        {
            return $"{layout.Root} is the backup path of {server}. It is only read; nothing in it is changed.";
        }

        var stat = BackupStat.Read(layout);
        string export = $"{layout.Root} is an export of {server}, as it was on {stat?.Snapshot?.ToLocalTime():yyyy-MM-dd HH:mm}.";
        return stat?.Completed is null ? export + " It was not completed: items are missing in it." : export;
    }

    private static Guid? FindOwner(BackupLayout layout)
    {
        try
        {
            return layout.FindOwner();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotFound, $"{layout.Root} cannot be read: {e.Message}", "Run as a user who may read it.", layout.Root, e);
        }
    }

    private static string CacheName(string root, Guid server) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server:D} {Path.TrimEndingDirectorySeparator(root)}")))[..24];
}
