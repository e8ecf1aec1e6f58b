namespace MailBackup;

/// <summary>
/// What the engine throws: a stable error id, one clear sentence that says what to do next, and the thing that failed. The path, account or
/// item in <see cref="Target"/> becomes the target object of an error record; no stack trace is meant for a user.
/// </summary>
public class MailBackupException : Exception
{
    /// <param name="errorId">One of <see cref="ErrorIds"/>.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="action">What to do next, a sentence of its own.</param>
    public MailBackupException(string errorId, string message, string action, object? target = null, Exception? inner = null)
        : base(message + " " + action, inner)
    {
        ErrorId = errorId;
        Problem = message;
        RecommendedAction = action;
        Target = target;
    }

    public string ErrorId { get; }

    /// <summary>The message without the advice.</summary>
    public string Problem { get; }

    public string RecommendedAction { get; }

    public object? Target { get; }

    /// <summary>True when the caller's words are wrong (exit code 2), false when the work failed (exit code 3).</summary>
    public bool IsUsageError => ErrorId is ErrorIds.ArgumentInvalid or ErrorIds.DateInvalid or ErrorIds.AccountNotFound
        or ErrorIds.ItemNotFound or ErrorIds.FolderNotFound or ErrorIds.OperationNotFound or ErrorIds.BackupPathNotSet
        or ErrorIds.SourceNotSet or ErrorIds.ItemHasNoContent or ErrorIds.NothingToRestore or ErrorIds.AccountNotDeleted or ErrorIds.AccountExists
        or ErrorIds.CosNotFound or ErrorIds.SearchQueryInvalid;
}
