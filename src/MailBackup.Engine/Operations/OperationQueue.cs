using MailBackup.Storage;

namespace MailBackup.Operations;

/// <summary>Runs one operation. Throws <see cref="OperationCanceledException"/> when stopped.</summary>
public delegate Task<OperationReport> OperationExecutor(Operation operation, IOperationSink sink, CancellationToken stop);

/// <summary>
/// The durable FIFO queue of a backup path (SQLite, <c>state/operations.db</c>). The process that holds the writer lock runs the queue in
/// order; any other that starts an operation waits for its turn and sees its progress. An operation whose process died becomes
/// <see cref="OperationState.Interrupted"/>, and the queue goes on. Safe for use by several threads.
/// </summary>
public sealed class OperationQueue : IDisposable
{
    private readonly OperationDatabase _database;
    private readonly OperationStore _store;
    private readonly string _lockPath;
    private readonly IOperationObserver? _observer;

    /// <summary>Opens nothing: a process that never looks at its operations pays nothing for them.</summary>
    public OperationQueue(string databasePath, string writerLockPath)
        : this(databasePath, writerLockPath, null)
    {
    }

    internal OperationQueue(string databasePath, string writerLockPath, IOperationObserver? observer)
    {
        _observer = observer;
        _database = new OperationDatabase(databasePath);
        _store = new OperationStore(_database);
        _lockPath = writerLockPath;
    }

    public Operation Enqueue(OperationKind kind, string parameters) => _store.Enqueue(kind, parameters);

    /// <summary>Queued and running operations in order.</summary>
    public IReadOnlyList<Operation> List() => _store.ListOpen();

    /// <summary>Ended operations, newest first.</summary>
    public IReadOnlyList<Operation> History(int limit = 100) => _store.ListEnded(limit);

    /// <summary>Whether any ended operation of a kind is as asked, the newest first. One is in memory at a time: a report may name a million items.</summary>
    internal bool AnyEnded(OperationKind kind, Func<Operation, bool> matches) => _store.AnyEnded(kind, matches);

    /// <summary>The last operation of a kind that has ended, or (<paramref name="succeeded"/>) come to its end; null when there is none.</summary>
    public Operation? FindLast(OperationKind kind, bool succeeded) => _store.FindLast(kind, succeeded);

    public Operation? Find(Guid id) => _store.Find(id);

    /// <summary>Asks an operation to stop; a queued one is stopped at once. False when it is not queued or running.</summary>
    public bool RequestStop(Guid id)
    {
        if (_store.Find(id) is not { Ended: null })
        {
            return false;
        }

        InterruptIfWorkerIsGone();
        return _store.RequestStop(id) > 0;
    }

    /// <returns>How many were asked.</returns>
    public int RequestStopAll()
    {
        if (_store.ListOpen().Count == 0)
        {
            return 0;
        }

        InterruptIfWorkerIsGone();
        return _store.RequestStop(null);
    }

    /// <summary>
    /// Waits until operation <paramref name="id"/> has ended, running the queue in this process whenever the writer lock is free.
    /// <paramref name="onUpdate"/> gets the operation each time its state or progress changes, about five times a second at most.
    /// Cancelling <paramref name="token"/> stops the operation at its next batch boundary and returns it as stopped. An operation that
    /// fails is returned, not thrown.
    /// </summary>
    public Task<Operation> RunAsync(Guid id, OperationExecutor executor, Action<Operation>? onUpdate, CancellationToken token) =>
        RunAsync(id, executor, onUpdate, leave: null, token);

    /// <param name="leave">Asked time and again: true while another process is better at it, and sure to run the queue.</param>
    internal async Task<Operation> RunAsync(Guid id, OperationExecutor executor, Action<Operation>? onUpdate, Func<bool>? leave, CancellationToken token)
    {
        using var feed = new OperationFeed(onUpdate, token);
        var ended = await RunAsync(id, executor, feed, leave).ConfigureAwait(false);
        feed.Publish(ended);
        feed.ThrowIfFaulted();
        return ended;
    }

    /// <summary>
    /// Runs whatever is queued, by whomever, until nothing is or another process has the lock. Cancelling <paramref name="token"/> puts the running
    /// operation back into its place.
    /// </summary>
    public async Task WorkAsync(OperationExecutor executor, Action<Operation> onStart, Action<Operation> onEnd, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(onStart);
        ArgumentNullException.ThrowIfNull(onEnd);
        if (_store.ListOpen().Count == 0 || TryTakeLock() is not { } held)
        {
            return;
        }

        // What is still to be told then is waited for without the lock.
        var notices = new InterruptionNotices(_store, _observer);
        await using (notices.ConfigureAwait(false))
        {
            using (held)
            {
                while (!token.IsCancellationRequested && ClaimNext(null, notices) is { } next)
                {
                    onStart(next);
                    if (await new OperationRun(_store, _database, next, feed: null, _observer).ExecuteAsync(executor, token).ConfigureAwait(false) is { } ended)
                    {
                        onEnd(ended);
                    }
                }
            }
        }
    }

    /// <summary>Nothing is kept open between calls.</summary>
    public void Dispose()
    {
    }

    private async Task<Operation> RunAsync(Guid id, OperationExecutor executor, OperationFeed feed, Func<bool>? leave)
    {
        Operation? known = null;
        while (true)
        {
            if (feed.Stop.IsCancellationRequested)
            {
                // Ends it when it is still queued; else whoever runs it is told, and this goes on until that has happened.
                _store.RequestStop(id);
            }

            if (leave?.Invoke() != true && TryTakeLock() is { } held)
            {
                var notices = new InterruptionNotices(_store, _observer);
                await using (notices.ConfigureAwait(false))
                {
                    using (held)
                    {
                        if (await DrainAsync(id, executor, feed, notices).ConfigureAwait(false) is { } ended)
                        {
                            return ended;
                        }
                    }
                }
            }

            known = Refresh(id, known);
            if (known.Ended is not null)
            {
                return known;
            }

            feed.Publish(known);
            var wake = feed.Stop.IsCancellationRequested ? CancellationToken.None : feed.Stop;
            await Task.Delay(OperationRun.Poll, wake).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs the queue, with the lock held, up to and including operation <paramref name="id"/>.</summary>
    /// <returns>That operation when it was run here.</returns>
    private async Task<Operation?> DrainAsync(Guid id, OperationExecutor executor, OperationFeed feed, InterruptionNotices notices)
    {
        if (feed.Stop.IsCancellationRequested)
        {
            // If it was running elsewhere, that process is dead.
            notices.Tell(_store.MarkInterrupted());
            return null;
        }

        while (!feed.Stop.IsCancellationRequested && ClaimNext(id, notices) is { } next)
        {
            if (next.Id == id)
            {
                return await new OperationRun(_store, _database, next, feed, _observer).ExecuteAsync(executor, feed.Stop).ConfigureAwait(false);
            }

            if (_store.Find(id) is { Ended: null } waiting)
            {
                feed.Publish(waiting);
            }

            await new OperationRun(_store, _database, next, feed: null, _observer).ExecuteAsync(executor, feed.Stop).ConfigureAwait(false);
        }

        return null;
    }

    private Operation? ClaimNext(Guid? waiter, InterruptionNotices notices)
    {
        var (next, interrupted) = _store.ClaimNext(waiter);
        notices.Tell(interrupted);
        return next;
    }

    /// <summary>Reads the operation, and queues it again if its row was lost with a deleted or damaged file.</summary>
    private Operation Refresh(Guid id, Operation? known)
    {
        if (_store.Find(id) is { } found)
        {
            return found;
        }

        if (known is null)
        {
            throw new MailBackupException(
                ErrorIds.OperationNotFound,
                $"There is no operation {id}.",
                "List the operations to see the queue and the history.",
                id);
        }

        known = known with { State = OperationState.Queued, Started = null, Progress = null };
        _store.Save(known);
        return known;
    }

    /// <summary>So that the operation of a killed process is not asked to stop, in vain, for ever.</summary>
    private void InterruptIfWorkerIsGone()
    {
        if (_store.AnyRunning())
        {
            var notices = new InterruptionNotices(_store, _observer);
            using (var held = TryTakeLock())
            {
                if (held is not null)
                {
                    notices.Tell(_store.MarkInterrupted());
                }
            }

            notices.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private WriterLock? TryTakeLock()
    {
        OperationDatabase.EnsureFolder(_lockPath);
        try
        {
            return WriterLock.TryAcquire(_lockPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotWritable,
                $"The lock '{_lockPath}' of the backup path cannot be taken: {e.Message}",
                "Check that this user may write to the folder and that its volume has room.",
                _lockPath,
                e);
        }
    }
}
