namespace MailBackup.Archives;

/// <summary>What can be wrong with an archive, in words that say what to do.</summary>
internal static class ArchiveErrors
{
    public static MailBackupException NotWritable(string path, Exception inner) => new(
        ErrorIds.ArchiveNotWritable, $"{path} cannot be written: {inner.Message}", "Give another destination, or make room and export again.", path, inner);

    public static MailBackupException Exists(string path) => new(
        ErrorIds.ArchiveExists, $"{path} exists and is not written over.", "Move it away, give another destination, or export with --force to replace an earlier archive.", path);

    public static MailBackupException NoArchive(string path) => new(
        ErrorIds.ArchiveExists, $"{path} exists and is no archive of ours.", "It is not replaced even by force: move it away or give another destination.", path);

    public static MailBackupException NotFound(string path) =>
        new(ErrorIds.ArchiveNotFound, $"There is no archive {path}.", "Check the path.", path);

    public static MailBackupException Invalid(string path, string reason, Exception? inner = null) =>
        new(ErrorIds.ArchiveInvalid, $"{path} cannot be read as an archive: {reason}.", "Check the file, or name its format.", path, inner);

    public static MailBackupException BadItem(string place, string reason, Exception? inner = null) =>
        new(ErrorIds.ArchiveItemInvalid, $"{place}: {reason}.", "The other items of the archive are not affected.", place, inner);
}
