using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;

namespace MailBackup.Cmdlets.Running;

/// <summary>
/// Lets work that runs on the thread pool speak to a cmdlet: PowerShell allows <c>Write*</c> on the pipeline thread only. What must not be lost
/// goes through a bounded queue, which holds the work up when the pipeline is slow; of progress only the latest value counts, and it is
/// sampled five times a second.
/// </summary>
internal sealed class PipelineBridge : IDisposable
{
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(200);

    private readonly BlockingCollection<Action<Cmdlet>> _queue = new(boundedCapacity: 256);
    private readonly CancellationTokenSource _cancel;
    private ProgressRecord? _progress;
    private ProgressRecord? _shown;
    private long _sampled = Stopwatch.GetTimestamp();

    private PipelineBridge(CancellationToken stop) => _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>
    /// Runs <paramref name="work"/> and returns its result; what it posts is written meanwhile. However this ends (a stopped pipeline, a
    /// preference that turns a warning into an error), the work has been cancelled and has ended before it returns.
    /// </summary>
    public static T Run<T>(Cmdlet owner, Func<PipelineBridge, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        using var bridge = new PipelineBridge(stop);
        return bridge.Run(owner, work);
    }

    /// <summary>Called by the work, on any thread.</summary>
    public void Post(Action<Cmdlet> write) => _queue.Add(write, _cancel.Token);

    /// <summary>Called by the work, on any thread; a later value replaces an earlier one.</summary>
    public void Show(ProgressRecord progress) => Volatile.Write(ref _progress, progress);

    public void Dispose()
    {
        _cancel.Dispose();
        _queue.Dispose();
    }

    private T Run<T>(Cmdlet owner, Func<PipelineBridge, CancellationToken, Task<T>> work)
    {
        var task = Task.Run(() => WorkAsync(work));
        try
        {
            while (!_queue.IsCompleted)
            {
                if (_queue.TryTake(out var write, Sample))
                {
                    write(owner);
                }

                ShowLatest(owner);
            }

            HideProgress(owner);
            return task.GetAwaiter().GetResult();
        }
        finally
        {
            _cancel.Cancel();
            while (!_queue.IsCompleted)
            {
                _queue.TryTake(out _, Sample);
            }

            // Its exception, if any, is either on its way already or of no interest behind the one that is.
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }
    }

    private async Task<T> WorkAsync<T>(Func<PipelineBridge, CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(this, _cancel.Token).ConfigureAwait(false);
        }
        finally
        {
            _queue.CompleteAdding();
        }
    }

    private void ShowLatest(Cmdlet owner)
    {
        if (Stopwatch.GetElapsedTime(_sampled) < Sample)
        {
            return;
        }

        _sampled = Stopwatch.GetTimestamp();
        if (Volatile.Read(ref _progress) is { } latest && latest != _shown)
        {
            owner.WriteProgress(latest);
            _shown = latest;
        }
    }

    private void HideProgress(Cmdlet owner)
    {
        if (_shown is { } shown)
        {
            owner.WriteProgress(new ProgressRecord(shown.ActivityId, shown.Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
