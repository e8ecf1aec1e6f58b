namespace MailBackup.Operations;

/// <summary>Makes of a restore that did not restore everything the requests that would restore just the rest.</summary>
public static class RestoreAgain
{
    /// <summary>
    /// One request an account that something was not restored of. A restore that ended early (stopped, failed, interrupted) is asked for as a whole:
    /// what is there already is skipped. Errors: <c>ArgumentInvalid</c> for an operation that is no restore or has not ended,
    /// <c>NothingToRestore</c> when nothing was left.
    /// </summary>
    public static IReadOnlyList<OperationRequest> Of(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (!operation.Kind.IsRestore() || OperationRequestJson.Read(operation.Kind, operation.Parameters) is not IRepeatableRestore request)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"What a {operation.Kind} left cannot be restored by itself (operation {operation.Id}).",
                "Name a restore of items or accounts; see 'mailbackup operations --history'. A restore by digest is simply run again.", operation.Id);
        }

        if (operation.Ended is null)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"The operation {operation.Id} has not ended.", "Wait for it, or stop it first.", operation.Id);
        }

        if (request is UndeleteRequest { Before: null } undelete)
        {
            // Whoever repeats it days later does not want back what users have deleted since.
            request = undelete with { Before = operation.Started ?? operation.Ended };
        }

        if (operation.State is OperationState.Stopped or OperationState.Failed or OperationState.Interrupted)
        {
            return [(OperationRequest)request];
        }

        var left = operation.Report?.UnrestoredItems ?? [];
        if (left.Count == 0 && operation.Report is { Errors: > 0 } or { Unrestored: > 0 })
        {
            // What failed belongs to no account: a journal of the backup, an entry of the directory.
            return [(OperationRequest)request];
        }

        return left.Count > 0
            ? [.. left.Select(account => request.For(account.Account, account.WholeAccount ? [] : account.Items))]
            : throw new MailBackupException(
                ErrorIds.NothingToRestore, $"The operation {operation.Id} restored everything.", "There is nothing to repeat.", operation.Id);
    }
}
