using System.Text.Json;

namespace MailBackup.Storage;

/// <summary><c>backupstat</c>: format version, first run, last runs.</summary>
public sealed record BackupStat
{
    public int Format { get; init; } = BackupLayout.FormatVersion;

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? FirstScan { get; init; }

    /// <summary>End of the last SmartScan that went through.</summary>
    public DateTimeOffset? LastScan { get; init; }

    /// <summary>What the provisioning source gave when it was last saved.</summary>
    public string? ProvisioningToken { get; init; }

    /// <summary>Throws <c>BackupPathFormatTooNew</c>; null when there is none.</summary>
    public static BackupStat? Read(BackupLayout layout)
    {
        BackupStat? stat;
        try
        {
            stat = StorageJson.ReadBackupStat(File.ReadAllBytes(layout.BackupStat));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }

        return stat?.Format > BackupLayout.FormatVersion
            ? throw new MailBackupException(
                ErrorIds.BackupPathFormatTooNew,
                $"The backup path {layout.Root} is in format {stat.Format}; this version reads up to {BackupLayout.FormatVersion}.",
                "Update MailBackup to use it. Nothing was changed.",
                layout.Root)
            : stat;
    }

    public void Write(BackupLayout layout) =>
        AtomicFile.Write(layout.BackupStat, StorageJson.Write(this), sync: true);
}
