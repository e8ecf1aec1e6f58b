namespace MailBackup.Sources;

/// <summary>
/// One folder cannot be listed while the account around it can. It costs that folder: what the backup has of it stays as it is, and it is tried again at the
/// next scan.
/// </summary>
public sealed class FolderReadException(string path, string reason, Exception? inner = null)
    : MailBackupException(ErrorIds.SourceUnreadable, $"{path}: {reason}.", "Nothing of it was flagged deleted; it is listed again at the next scan.", path, inner)
{
    /// <summary>Path of the folder.</summary>
    public string Path { get; } = path;

    public string Reason { get; } = reason;
}
