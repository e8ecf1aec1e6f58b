using System.Management.Automation;
using MailBackup.Operations;

namespace MailBackup.Cmdlets.Running;

/// <summary>Turns what the engine says went wrong into error records: same id, a category, the thing that failed, what to do next.</summary>
internal static class ErrorTranslation
{
    public static ErrorRecord ToRecord(MailBackupException e) =>
        new(e, e.ErrorId, CategoryOf(e.ErrorId), e.Target)
        {
            ErrorDetails = new ErrorDetails(CmdletWords.Translate(e.Problem)) { RecommendedAction = CmdletWords.Translate(e.RecommendedAction) },
        };

    /// <summary>One item that an operation could not do.</summary>
    public static ErrorRecord ToRecord(ItemTrouble trouble)
    {
        string where = string.Join(
            ' ', new[] { trouble.Account, trouble.Item is { } item ? $"item {item}" : null, trouble.Path }.Where(s => !string.IsNullOrEmpty(s)));
        string problem = where.Length == 0 ? trouble.Reason : $"{where}: {trouble.Reason}";
        var e = new MailBackupException(trouble.ErrorId, problem, AdviceFor(trouble.ErrorId), trouble);
        var record = ToRecord(e);
        record.CategoryInfo.TargetName = where;
        return record;
    }

    /// <summary>An operation that ended early by an error.</summary>
    public static ErrorRecord ToRecord(Operation operation)
    {
        string id = operation.ErrorId ?? ErrorIds.InternalError;
        var e = new MailBackupException(
            id,
            operation.Error ?? $"The operation ended as {operation.State}.",
            operation.Error is null ? AdviceFor(id) : "",
            operation.Id);
        return ToRecord(e);
    }

    /// <summary>What nobody foresaw.</summary>
    public static ErrorRecord ToRecord(Exception e, object? target) =>
        new(e, ErrorIds.InternalError, ErrorCategory.InvalidResult, target)
        {
            ErrorDetails = new ErrorDetails($"Something unforeseen happened: {e.Message}")
            {
                RecommendedAction = "Run the command again with -Verbose; when it happens again, report it with the output of Get-Error.",
            },
        };

    /// <summary>True when this error concerns one account, item or operation, and the next one in the pipeline may well succeed.</summary>
    public static bool ConcernsOneThing(string errorId) => errorId
        is ErrorIds.AccountNotFound or ErrorIds.FolderNotFound or ErrorIds.ItemNotFound or ErrorIds.ItemHasNoContent or ErrorIds.BlobMissing
        or ErrorIds.BlobDamaged or ErrorIds.BlobUnreadable or ErrorIds.JournalDamaged or ErrorIds.ItemReadFailed or ErrorIds.ItemRestoreFailed
        or ErrorIds.NothingToRestore or ErrorIds.AccountNotDeleted or ErrorIds.AccountExists or ErrorIds.OperationNotFound
        or ErrorIds.OperationStopped or ErrorIds.OperationInterrupted or ErrorIds.SourceAccountNotFound or ErrorIds.ArchiveExists
        or ErrorIds.ArchiveNotFound or ErrorIds.ArchiveInvalid or ErrorIds.ArchiveItemInvalid or ErrorIds.ItemNotInBackup or ErrorIds.MassChange
        or ErrorIds.CosNotFound or ErrorIds.AnchorInvalid or CmdletErrorIds.OutputFileExists or CmdletErrorIds.MapNotFound
        or CmdletErrorIds.MapInvalid;

    private static ErrorCategory CategoryOf(string errorId) => errorId switch
    {
        ErrorIds.BackupPathNotFound or ErrorIds.BackupPathNotSet or ErrorIds.BackupPathNotInitialized or ErrorIds.AccountNotFound
            or ErrorIds.ItemNotFound or ErrorIds.FolderNotFound or ErrorIds.BlobMissing or ErrorIds.SourceNotSet or ErrorIds.SourceNotFound
            or ErrorIds.SourceAccountNotFound or ErrorIds.OperationNotFound or ErrorIds.ArchiveNotFound or ErrorIds.SearchIndexMissing
            or ErrorIds.CosNotFound or ErrorIds.DomainNotFound or ErrorIds.DirectoryNotSet or ErrorIds.NotificationNotSet
            or ErrorIds.ServiceCommandNotFound or CmdletErrorIds.MapNotFound => ErrorCategory.ObjectNotFound,
        ErrorIds.BackupPathNotWritable or ErrorIds.BackupPathOwnedByAnotherServer or ErrorIds.HomeNotWritable or ErrorIds.PasswordFileUnusable => ErrorCategory.PermissionDenied,
        ErrorIds.BackupPathNotEmpty or ErrorIds.ArchiveExists or ErrorIds.DirectoryEntryConflict or ErrorIds.ServiceAlreadyRunning
            or ErrorIds.ServiceUnitExists or ErrorIds.AccountExists or ErrorIds.AccountNotDeleted or CmdletErrorIds.OutputFileExists => ErrorCategory.ResourceExists,
        ErrorIds.BackupPathCaseInsensitive or ErrorIds.DestinationInvalid or ErrorIds.DateInvalid or ErrorIds.ArgumentInvalid
            or ErrorIds.SearchQueryInvalid => ErrorCategory.InvalidArgument,
        ErrorIds.BackupPathBusy => ErrorCategory.ResourceBusy,
        ErrorIds.BackupPathFull or ErrorIds.DestinationFull or ErrorIds.CatalogFailed => ErrorCategory.ResourceUnavailable,
        ErrorIds.BackupPathFormatTooNew or ErrorIds.ConfigurationInvalid or ErrorIds.JournalDamaged or ErrorIds.BlobDamaged
            or ErrorIds.LegalHoldDamaged or ErrorIds.SearchIndexDamaged or ErrorIds.LdifInvalid or ErrorIds.ArchiveInvalid
            or ErrorIds.ArchiveItemInvalid or ErrorIds.BackupFileDamaged or ErrorIds.IdMapInvalid or ErrorIds.AnchorInvalid or ErrorIds.AnchorMismatch
            or ErrorIds.SourceDiffers or CmdletErrorIds.MapInvalid => ErrorCategory.InvalidData,
        ErrorIds.ItemHasNoContent => ErrorCategory.InvalidType,
        ErrorIds.SourceUnreadable or ErrorIds.ItemReadFailed or ErrorIds.BlobUnreadable => ErrorCategory.ReadError,
        ErrorIds.ItemRestoreFailed or ErrorIds.ArchiveNotWritable or ErrorIds.DirectoryNotWritable or ErrorIds.ShareNotChanged or CmdletErrorIds.OutputNotWritable => ErrorCategory.WriteError,
        ErrorIds.SourceSuddenlyEmpty or ErrorIds.MassChange or ErrorIds.SourceCannotRestore or ErrorIds.NothingToRestore or ErrorIds.SearchIndexOff
            or ErrorIds.SharesUnsupported or ErrorIds.ShareBroken or ErrorIds.BackupPathIsExport or ErrorIds.BackupPathIsOwnCopy or ErrorIds.ServiceNotRunning or ErrorIds.RealtimeUnavailable => ErrorCategory.InvalidOperation,
        ErrorIds.NotificationFailed => ErrorCategory.ConnectionError,
        ErrorIds.ReadErrorThresholdReached => ErrorCategory.LimitsExceeded,
        ErrorIds.OperationStopped or ErrorIds.OperationInterrupted => ErrorCategory.OperationStopped,
        ErrorIds.ServiceNotStarted or ErrorIds.ServiceNotStopped or CmdletErrorIds.OperationTimedOut => ErrorCategory.OperationTimeout,
        _ => ErrorCategory.InvalidResult,
    };

    private static string AdviceFor(string errorId) => errorId switch
    {
        ErrorIds.ItemReadFailed or ErrorIds.SourceUnreadable => "It is tried again with the next scan; see that the user who scans may read it.",
        ErrorIds.BlobMissing or ErrorIds.BlobDamaged or ErrorIds.JournalDamaged or ErrorIds.BackupFileDamaged =>
            "Run Repair-Backup: it fetches again what the server, or another copy of the backup, still has.",
        ErrorIds.SourceDiffers => "Start-SmartScan brings the backup up to what the server has.",
        ErrorIds.ItemRestoreFailed => "See that the user who restores may write there, and restore the item again.",
        ErrorIds.OperationInterrupted or ErrorIds.OperationStopped => "Start it again; what it had done is kept.",
        ErrorIds.MassChange => "Look at the account (ransomware, a disk that is not mounted, a sync gone wrong); Restore-Item brings back what it had, Disable-BackupLegalHold lets it go.",
        _ => "Get-BackupOperation -History shows the whole report.",
    };
}
