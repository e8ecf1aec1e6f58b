namespace MailBackup.Storage;

/// <summary>Turns what the operating system says about the backup path into an error that says what to do.</summary>
internal static class StorageFault
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnlyFileSystem = 30;

    public static MailBackupException Translate(Exception fault, string path) => fault switch
    {
        MailBackupException known => known,
        IOException { HResult: NoSpace or QuotaExceeded } or Sqlite.SqliteFailure { IsFull: true } => new MailBackupException(
            ErrorIds.BackupPathFull,
            $"No space is left on the device of the backup path {path}.",
            "Free space there and run the operation again; all that was reported as saved is intact.",
            path,
            fault),
        Sqlite.SqliteFailure { IsDamage: true } => new MailBackupException(
            ErrorIds.CatalogFailed,
            $"The catalog of the backup path {path} is damaged: {fault.Message}",
            "Run the operation again: the catalog is made anew from the journals, and nothing is lost by that.",
            path,
            fault),
        UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem } => new MailBackupException(
            ErrorIds.BackupPathNotWritable,
            $"The backup path {path} cannot be written: {fault.Message}",
            "Run as a user who may write there, or mount the file system for writing.",
            path,
            fault),
        _ => new MailBackupException(
            ErrorIds.BackupPathNotWritable,
            $"Writing to the backup path {path} failed: {fault.Message}",
            "Look at the device, then run the operation again; all that was reported as saved is intact.",
            path,
            fault),
    };
}
