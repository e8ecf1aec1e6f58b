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

    /// <summary><see cref="TransparentLayout.Name"/> for an export, null for a backup path.</summary>
    public string? Layout { get; init; }

    /// <summary>Export: the moment that it shows.</summary>
    public DateTimeOffset? Snapshot { get; init; }

    /// <summary>Export: when all of it had been written; null while it is being made, or when it was broken off.</summary>
    public DateTimeOffset? Completed { get; init; }

    /// <summary>Throws <c>BackupPathFormatTooNew</c>, <c>BackupPathIsExport</c>; null when there is none.</summary>
    public static BackupStat? Read(BackupLayout layout)
    {
        BackupStat? stat;
        try
        {
            stat = BackupStatJson.Read(File.ReadAllBytes(layout.BackupStat));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }

        if (stat?.Layout == TransparentLayout.Name && layout is not TransparentLayout)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathIsExport,
                $"{layout.Root} is an export in the transparent layout, not a backup path.",
                "Restore from it with Restore-Backup -Path ('mailbackup restore-backup --path'), and choose another folder for backups. Nothing was changed.",
                layout.Root);
        }

        int newest = layout is TransparentLayout ? TransparentLayout.Format : BackupLayout.FormatVersion;
        return stat?.Format > newest
            ? throw new MailBackupException(
                ErrorIds.BackupPathFormatTooNew,
                $"The backup path {layout.Root} is in format {stat.Format}; this version reads up to {newest}.",
                "Update MailBackup to use it. Nothing was changed.",
                layout.Root)
            : stat;
    }

    public void Write(BackupLayout layout) =>
        AtomicFile.Write(layout.Files, layout.BackupStat, BackupStatJson.Write(this), sync: true);
}
