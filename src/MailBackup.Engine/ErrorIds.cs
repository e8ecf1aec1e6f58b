namespace MailBackup;

/// <summary>The stable ids of the engine's errors. An id is never renamed and never made of run-time data.</summary>
public static class ErrorIds
{
    public const string BackupPathNotFound = nameof(BackupPathNotFound);
    public const string BackupPathNotSet = nameof(BackupPathNotSet);
    public const string BackupPathNotWritable = nameof(BackupPathNotWritable);
    public const string BackupPathNotInitialized = nameof(BackupPathNotInitialized);
    public const string BackupPathNotEmpty = nameof(BackupPathNotEmpty);
    public const string BackupPathCaseInsensitive = nameof(BackupPathCaseInsensitive);
    public const string BackupPathOwnedByAnotherServer = nameof(BackupPathOwnedByAnotherServer);
    public const string BackupPathFormatTooNew = nameof(BackupPathFormatTooNew);
    public const string BackupPathBusy = nameof(BackupPathBusy);
    public const string BackupPathFull = nameof(BackupPathFull);
    public const string HomeNotWritable = nameof(HomeNotWritable);
    public const string ConfigurationInvalid = nameof(ConfigurationInvalid);
    public const string JournalDamaged = nameof(JournalDamaged);
    public const string BlobMissing = nameof(BlobMissing);
    public const string BlobDamaged = nameof(BlobDamaged);
    public const string BackupFileDamaged = nameof(BackupFileDamaged);
    public const string SourceDiffers = nameof(SourceDiffers);
    public const string AnchorInvalid = nameof(AnchorInvalid);
    public const string AnchorMismatch = nameof(AnchorMismatch);
    public const string CatalogFailed = nameof(CatalogFailed);
    public const string AccountNotFound = nameof(AccountNotFound);
    public const string ItemNotFound = nameof(ItemNotFound);
    public const string FolderNotFound = nameof(FolderNotFound);
    public const string ItemHasNoContent = nameof(ItemHasNoContent);
    public const string DateInvalid = nameof(DateInvalid);
    public const string ArgumentInvalid = nameof(ArgumentInvalid);
    public const string SourceNotSet = nameof(SourceNotSet);
    public const string SourceNotFound = nameof(SourceNotFound);
    public const string SourceUnreadable = nameof(SourceUnreadable);
    public const string SourceSuddenlyEmpty = nameof(SourceSuddenlyEmpty);
    public const string SourceCannotRestore = nameof(SourceCannotRestore);
    public const string SourceAccountNotFound = nameof(SourceAccountNotFound);
    public const string LdifInvalid = nameof(LdifInvalid);
    public const string ItemReadFailed = nameof(ItemReadFailed);
    public const string ItemRestoreFailed = nameof(ItemRestoreFailed);
    public const string ReadErrorThresholdReached = nameof(ReadErrorThresholdReached);
    public const string NotificationNotSet = nameof(NotificationNotSet);
    public const string NotificationFailed = nameof(NotificationFailed);
    public const string PasswordFileUnusable = nameof(PasswordFileUnusable);
    public const string OperationNotFound = nameof(OperationNotFound);
    public const string OperationStopped = nameof(OperationStopped);
    public const string OperationInterrupted = nameof(OperationInterrupted);
    public const string InternalError = nameof(InternalError);
}
