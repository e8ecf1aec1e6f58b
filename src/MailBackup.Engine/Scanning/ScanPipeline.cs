using System.Diagnostics;
using System.Threading.Channels;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Brings accounts of the backup up to what the source shows: one lister compares them in turn and queues differences in order; workers fetch,
/// digest, compress and append content in parallel; one committer turns it into transactions and makes them durable batch by batch. Every stage is
/// bounded, so memory does not grow with the server.
/// </summary>
/// <param name="leases">Ends with the pipeline.</param>
internal sealed class ScanPipeline(
    IMailSource source, ScanStore store, ScanCounts counts, ScanOptions options, IOperationSink sink, AccountLeases.Holder leases)
{
    private const int QueuedJobs = 2048;

    /// <param name="targets">In the order of their scanning.</param>
    /// <param name="onAccount">Called with the name of each account before it is looked at.</param>
    /// <param name="onTrouble">Takes accounts that cannot be scanned; the others are.</param>
    /// <param name="clock">Runs since the scan began.</param>
    /// <param name="stop">Ends it at the next job; what was taken by then becomes durable.</param>
    public async Task RunAsync(
        IEnumerable<ScanTarget> targets, Action<string> onAccount, Action<string, MailBackupException> onTrouble, Stopwatch clock, CancellationToken stop)
    {
        using var ended = leases;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var order = Channel.CreateBounded<ScanJob>(new BoundedChannelOptions(QueuedJobs) { SingleReader = true, SingleWriter = true });
        var fetch = Channel.CreateUnbounded<ScanJob>(new UnboundedChannelOptions { SingleWriter = true });
        using var committer = new ScanCommitter(store, counts, options, sink, clock, leases);
        var lister = new AccountLister(source, store, counts, options, leases, order.Writer, fetch.Writer);

        var tasks = new List<Task> { Task.Run(() => ListAsync(lister, order.Writer, fetch.Writer, end.Token), CancellationToken.None) };
        for (int i = 0; i < Math.Max(2, Environment.ProcessorCount); i++)
        {
            tasks.Add(Task.Run(() => new ContentFetcher(source, store, counts).RunAsync(fetch.Reader, end.Token), CancellationToken.None));
        }

        tasks.Add(Task.Run(() => committer.RunAsync(order.Reader, end.Token), CancellationToken.None));
        try
        {
            await FirstFailureAsync(tasks).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (e is OperationCanceledException or MailBackupException { ErrorId: ErrorIds.ReadErrorThresholdReached })
            {
                // An orderly end: what was taken becomes durable. After a failure of the store itself only the last batch counts.
                committer.Commit();
            }

            if (e is not MailBackupException and not OperationCanceledException)
            {
                throw e is IOException or UnauthorizedAccessException or Storage.Sqlite.SqliteFailure ? StorageFault.Translate(e, store.Layout.Root) : e;
            }

            throw;
        }

        async Task ListAsync(AccountLister lister, ChannelWriter<ScanJob> order, ChannelWriter<ScanJob> fetch, CancellationToken token)
        {
            foreach (var target in targets)
            {
                token.ThrowIfCancellationRequested();
                onAccount(target.Stat.Name);
                try
                {
                    await lister.ListAsync(target, token).ConfigureAwait(false);
                }
                catch (MailBackupException e) when (e.ErrorId is ErrorIds.SourceUnreadable or ErrorIds.SourceSuddenlyEmpty or ErrorIds.JournalDamaged or ErrorIds.ItemReadFailed)
                {
                    onTrouble(target.Stat.Name, e);
                }

                Interlocked.Increment(ref counts.AccountsDone);
            }

            order.Complete();
            fetch.Complete();
        }
    }

    /// <summary>Waits for all, but no longer than until one fails.</summary>
    private static async Task FirstFailureAsync(List<Task> tasks)
    {
        var open = tasks.ToList();
        while (open.Count > 0)
        {
            var done = await Task.WhenAny(open).ConfigureAwait(false);
            open.Remove(done);
            await done.ConfigureAwait(false);
        }
    }
}
