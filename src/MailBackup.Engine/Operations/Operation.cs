namespace MailBackup.Operations;

/// <summary>A row of the queue or of the history.</summary>
public sealed record Operation
{
    public required Guid Id { get; init; }

    public required OperationKind Kind { get; init; }

    public required OperationState State { get; init; }

    /// <summary>What it was asked to do, as JSON; a worker in another process runs it from this alone.</summary>
    public required string Parameters { get; init; }

    public DateTimeOffset Queued { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Ended { get; init; }

    /// <summary>Process that queued it, then process that runs it.</summary>
    public int ProcessId { get; init; }

    public bool StopRequested { get; init; }

    public OperationProgress? Progress { get; init; }

    public OperationReport? Report { get; init; }

    /// <summary>Why it failed, with the stable error id.</summary>
    public string? ErrorId { get; init; }

    public string? Error { get; init; }
}
