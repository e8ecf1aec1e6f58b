namespace MailBackup.Operations;

/// <summary>Runs one operation. Throws <see cref="OperationCanceledException"/> when stopped.</summary>
public delegate Task<OperationReport> OperationExecutor(Operation operation, IOperationSink sink, CancellationToken stop);

/// <summary>
/// The durable FIFO queue of a backup path (SQLite, <c>state/operations.db</c>). The process that holds the writer lock runs the queue in
/// order; any other that starts an operation waits for its turn and sees its progress. An operation whose process died becomes
/// <see cref="OperationState.Interrupted"/>, and the queue goes on.
/// </summary>
public sealed class OperationQueue : IDisposable
{
    public OperationQueue(string databasePath, string writerLockPath) => throw new NotImplementedException();

    public Operation Enqueue(OperationKind kind, string parameters) => throw new NotImplementedException();

    /// <summary>Queued and running operations in order.</summary>
    public IReadOnlyList<Operation> List() => throw new NotImplementedException();

    /// <summary>Ended operations, newest first.</summary>
    public IReadOnlyList<Operation> History(int limit = 100) => throw new NotImplementedException();

    public Operation? Find(Guid id) => throw new NotImplementedException();

    /// <summary>Asks an operation to stop; a queued one is stopped at once. False when it is not queued or running.</summary>
    public bool RequestStop(Guid id) => throw new NotImplementedException();

    /// <returns>How many were asked.</returns>
    public int RequestStopAll() => throw new NotImplementedException();

    /// <summary>
    /// Waits until operation <paramref name="id"/> has ended, running the queue in this process whenever the writer lock is free.
    /// <paramref name="onUpdate"/> gets the operation each time its state or progress changes, about five times a second at most.
    /// Cancelling <paramref name="token"/> stops the operation at its next batch boundary and returns it as stopped.
    /// </summary>
    public Task<Operation> RunAsync(Guid id, OperationExecutor executor, Action<Operation>? onUpdate, CancellationToken token) =>
        throw new NotImplementedException();

    public void Dispose()
    {
    }
}
