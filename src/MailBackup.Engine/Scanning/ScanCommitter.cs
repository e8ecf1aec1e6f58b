using System.Diagnostics;
using System.Threading.Channels;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Takes the jobs of a scan in order, has them made transactions (<see cref="ScanRecorder"/>) and commits those batch by batch. The only one who appends to the accounts
/// that its pipeline has the leases of; they go back when all that was appended is durable.
/// </summary>
internal sealed class ScanCommitter(
    ScanStore store, ScanCounts counts, ScanOptions options, IOperationSink sink, Stopwatch clock, AccountLeases.Holder leases) : IDisposable
{
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(2);

    private readonly HashSet<ScanAccount> _touched = [];
    private readonly HashSet<ScanAccount> _complete = [];
    private readonly HashSet<ScanAccount> _left = [];
    private readonly ScanRecorder _recorder = new(store.Layout, counts, options, sink);
    private TimeSpan _lastCommit = clock.Elapsed;
    private StoreBatch? _batch;

    /// <summary>Runs until the lister is done. What was taken before an error or a stop is committed by the caller.</summary>
    public async Task RunAsync(ChannelReader<ScanJob> jobs, CancellationToken token)
    {
        while (await OrCommitAsync(jobs.WaitToReadAsync(token).AsTask(), token).ConfigureAwait(false))
        {
            while (jobs.TryRead(out var job))
            {
                await TakeAsync(job, token).ConfigureAwait(false);
                if (Batch.Transactions.Count >= options.BatchTransactions || clock.Elapsed - _lastCommit > BatchTime)
                {
                    Commit();
                }
            }
        }

        Commit();
    }

    public void Dispose() => _batch?.Dispose();

    /// <summary>Makes everything taken so far durable and reports it.</summary>
    public void Commit()
    {
        if (store.IsOpen)
        {
            Batch.Commit();
            foreach (var account in _touched)
            {
                account.ToStat(_complete.Contains(account), options.Continuous).Write(store.Layout, account.Id);
            }
        }

        foreach (var account in _left)
        {
            leases.Release(account.Id);
        }

        _touched.Clear();
        _complete.Clear();
        _left.Clear();
        _lastCommit = clock.Elapsed;
        counts.MakeDurable();
        sink.Report(counts.ToReport(store.BytesStored, clock.Elapsed.TotalSeconds));
    }

    private StoreBatch Batch => _batch ??= store.Writer.BeginBatch();

    /// <summary>Waits, and makes meanwhile durable what would else wait with it: one slow mail must not keep those before it, and their accounts.</summary>
    private async ValueTask<T> OrCommitAsync<T>(Task<T> task, CancellationToken token)
    {
        while (!task.IsCompleted && _touched.Count > 0)
        {
            var left = BatchTime - (clock.Elapsed - _lastCommit);
            if (left > TimeSpan.Zero)
            {
                await ((Task)task).WaitAsync(left, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                token.ThrowIfCancellationRequested();
            }
            else
            {
                Commit();
            }
        }

        return await task.WaitAsync(token).ConfigureAwait(false);
    }

    private async ValueTask TakeAsync(ScanJob job, CancellationToken token)
    {
        var fetched = job.Kind == ScanJobKind.Content ? await OrCommitAsync(job.Fetched!.Task, token).ConfigureAwait(false) : null;
        if (job.Kind == ScanJobKind.AccountBroken)
        {
            Leave(job.Account);
            return;
        }

        _touched.Add(job.Account);
        _recorder.Record(Batch, job, fetched);
        if (job.Kind == ScanJobKind.AccountEnd)
        {
            _complete.Add(job.Account);
            _left.Add(job.Account);
        }
    }

    /// <summary>Not touched by that: it may have told of folders that were never queued.</summary>
    private void Leave(ScanAccount account)
    {
        if (_touched.Contains(account))
        {
            _left.Add(account);
        }
        else
        {
            leases.Release(account.Id);
        }
    }
}
