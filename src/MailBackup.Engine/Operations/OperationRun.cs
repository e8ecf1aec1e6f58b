using System.Diagnostics;

namespace MailBackup.Operations;

/// <summary>One run of one operation by the holder of the writer lock: starts it, watches for a wish to stop, writes down its end.</summary>
/// <param name="feed">Who waits for this operation here; null when it was queued by another.</param>
internal sealed class OperationRun(OperationStore store, OperationDatabase database, Operation operation, OperationFeed? feed, IOperationObserver? observer)
{
    /// <summary>How often a worker looks for a wish to stop, and a waiter whether it is its turn.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan SaveProgressEvery = TimeSpan.FromMilliseconds(800);

    private readonly OperationRecorder _recorder = new();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private OperationProgress? _savedProgress;
    private long _saved;
    private bool _stopRequested;
    private DateTimeOffset? _ended;

    /// <param name="token">Cancelled when this process has to go: its own operation is stopped, another's is put back.</param>
    /// <returns>The ended operation; null when it was put back.</returns>
    public async Task<Operation?> ExecuteAsync(OperationExecutor executor, CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        feed?.Publish(operation);
        var told = observer?.StartedAsync(operation) ?? Task.FromResult<string?>(null);
        var work = Task.Run(() => executor(operation, _recorder, stop.Token), CancellationToken.None);
        while (true)
        {
            await ((Task)work).WaitAsync(Poll, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (work.IsCompleted)
            {
                break;
            }

            Watch();
            if (_stopRequested && !stop.IsCancellationRequested)
            {
                // Not Cancel(): what the executor registered on its token must not run on, or throw into, this loop.
                _ = stop.CancelAsync();
            }
        }

        OperationState state;
        OperationReport? final = null;
        string? errorId = null;
        string? error = null;
        try
        {
            final = await work.ConfigureAwait(false);
            state = OperationState.Completed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (feed is null && token.IsCancellationRequested && store.PutBack(operation.Id))
            {
                return null;
            }

            state = OperationState.Stopped;
            errorId = ErrorIds.OperationStopped;
            error = "The operation was stopped. What it had saved is kept; start it again to do the rest.";
        }
        catch (MailBackupException e)
        {
            state = OperationState.Failed;
            errorId = e.ErrorId;
            error = e.Message;
        }
        catch (Exception e)
        {
            // Also a cancellation that nobody asked for, such as a time-out inside the executor.
            state = OperationState.Failed;
            errorId = ErrorIds.InternalError;
            error = $"An unexpected error ended the operation: {e.GetType().Name}: {e.Message} What it had saved is kept. "
                + "Start it again; if it fails again, report this error.";
        }

        Warn(await told.ConfigureAwait(false));
        var ended = Save(state, final, errorId, error);
        if (observer is not null && await observer.EndedAsync(ended).ConfigureAwait(false) is { } warning)
        {
            Warn(warning);
            ended = Save(state, final, errorId, error);
        }

        return ended;
    }

    private void Warn(string? message)
    {
        if (message is not null)
        {
            _recorder.Warning(message);
        }
    }

    private Operation Save(OperationState state, OperationReport? final, string? errorId, string? error)
    {
        while (database.TryTakeWarning(out string? warning))
        {
            _recorder.Warning(warning!);
        }

        var report = _recorder.Complete(final, Stopwatch.GetElapsedTime(_begun));
        if (state == OperationState.Completed && (report.Errors > 0 || report.Unrestored > 0))
        {
            state = OperationState.CompletedWithErrors;
        }

        var ended = operation with
        {
            State = state,
            Ended = _ended ??= OperationStore.Now(),
            StopRequested = _stopRequested || state == OperationState.Stopped,
            Progress = _recorder.LatestProgress,
            Report = report,
            ErrorId = errorId,
            Error = error,
        };
        try
        {
            store.Save(ended);
        }
        catch (MailBackupException e)
        {
            // The operation is what it is, even if that cannot be written down.
            ended = ended with { Report = report with { Warnings = [.. report.Warnings, $"The end of this operation could not be recorded. {e.Message}"] } };
        }

        return ended;
    }

    private void Watch()
    {
        var progress = _recorder.LatestProgress;
        try
        {
            if (progress is not null && progress != _savedProgress && (_saved == 0 || Stopwatch.GetElapsedTime(_saved) >= SaveProgressEvery))
            {
                store.SaveProgress(operation.Id, progress);
                _savedProgress = progress;
                _saved = Stopwatch.GetTimestamp();
            }

            _stopRequested |= store.IsStopRequested(operation.Id);
        }
        catch (MailBackupException)
        {
            // A volume that is full for a moment must not end an operation that may not need any more room. Tried again on the next round.
        }

        feed?.Publish(operation with { Progress = progress, StopRequested = _stopRequested });
    }
}
