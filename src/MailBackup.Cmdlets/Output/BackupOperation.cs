using MailBackup.Operations;

namespace MailBackup.Cmdlets.Output;

/// <summary>
/// An operation as the pipeline has it: queued, running or ended, with the counts of its report beside its state, so that
/// <c>Where-Object Errors -gt 0</c> and <c>Export-Csv</c> do what one expects.
/// </summary>
public sealed class BackupOperation
{
    internal BackupOperation(Operation operation, string backupPath)
    {
        Id = operation.Id;
        Kind = operation.Kind;
        State = operation.State;
        Queued = operation.Queued;
        Started = operation.Started;
        Ended = operation.Ended;
        ProcessId = operation.ProcessId;
        StopRequested = operation.StopRequested;
        Progress = operation.Progress;
        Parameters = operation.Parameters;
        ErrorId = operation.ErrorId;
        Error = operation.Error;
        BackupPath = backupPath;
        if (operation.Report is { } report)
        {
            (Added, Updated, Deleted, Unchanged) = (report.Added, report.Updated, report.Deleted, report.Unchanged);
            (Restored, Skipped, Unrestored) = (report.Restored, report.Skipped, report.Unrestored);
            (Checked, Errors) = (report.Checked, report.Errors);
            Blobs = report.Blobs;
            (Troubles, Warnings, UnrestoredItems) = (report.Troubles, report.Warnings, report.UnrestoredItems);
            (Repaired, Fetched, Lost, Quarantined) = (report.Repaired, report.Fetched, report.Lost, report.Quarantined);
            (BytesRead, BytesStored, BytesFreed) = (report.BytesRead, report.BytesStored, report.BytesFreed);
        }

        Duration = Started is { } start ? (Ended ?? DateTimeOffset.UtcNow) - start : null;
        Result = ResultText.Of(operation);
    }

    public Guid Id { get; }

    public OperationKind Kind { get; }

    public OperationState State { get; }

    public DateTimeOffset Queued { get; }

    public DateTimeOffset? Started { get; }

    public DateTimeOffset? Ended { get; }

    public TimeSpan? Duration { get; }

    /// <summary>One line for people: how far it is, or what it did.</summary>
    public string Result { get; }

    public long Added { get; }

    public long Updated { get; }

    public long Deleted { get; }

    public long Unchanged { get; }

    public long Restored { get; }

    public long Skipped { get; }

    public long Unrestored { get; }

    public long Checked { get; }

    /// <summary>Contents that an export wrote.</summary>
    public long Blobs { get; }

    public long Repaired { get; }

    public long Fetched { get; }

    public long Lost { get; }

    public long Quarantined { get; }

    public long Errors { get; }

    public long BytesRead { get; }

    public long BytesStored { get; }

    /// <summary>What a purge has given back.</summary>
    public long BytesFreed { get; }

    public OperationProgress? Progress { get; }

    public IReadOnlyList<ItemTrouble> Troubles { get; } = [];

    public IReadOnlyList<string> Warnings { get; } = [];

    /// <summary>What a restore could not restore, by account and whole.</summary>
    public IReadOnlyList<UnrestoredItems> UnrestoredItems { get; } = [];

    public string? ErrorId { get; }

    public string? Error { get; }

    public bool StopRequested { get; }

    public int ProcessId { get; }

    public string Parameters { get; }

    public string BackupPath { get; }

    /// <summary>What binds to a parameter that takes the text of an id.</summary>
    public override string ToString() => Id.ToString();
}
