using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>A restore operation: an account, or all of them, a few at a time.</summary>
internal sealed class RestoreRun(BackupLayout layout, IRestoreTarget target, RestoreRequest request, IOperationSink sink)
{
    /// <summary>While one account waits for the disk, another is being written.</summary>
    private const int AtOnce = 2;

    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly Dictionary<IOperationSink, OperationReport> _parts = [];
    private readonly IOperationSink _sink = sink;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        if (request.Account is null && (request.Items.Count > 0 || request.To is not null))
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                "Item ids and a target account belong to one account.",
                "Name the account that they belong to with --account.");
        }

        var accounts = request.Account is { } one
            ? [one]
            : AccountRegistry.Load(layout).Stats.Values.Where(s => !s.Deleted).Select(s => s.Name).Order(StringComparer.Ordinal).ToList();

        // Once for all parts, under the lock that this operation holds: a part that found the catalog missing or behind would wait for that lock.
        StoreWriter.OpenCatalog(layout, _sink.Warning).Catalog.Dispose();
        var saving = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(accounts, parallel, async (account, token) =>
        {
            var part = new Part(this);
            part.Add(await new ItemRestore(layout, target, account, request, part, saving).RunAsync(token).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return Total() with { Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3) };
    }

    private OperationReport Total()
    {
        lock (_parts)
        {
            return _parts.Values.Aggregate(new OperationReport(), Sum);
        }
    }

    private static OperationReport Sum(OperationReport a, OperationReport b) => a with
    {
        Restored = a.Restored + b.Restored,
        Skipped = a.Skipped + b.Skipped,
        Unrestored = a.Unrestored + b.Unrestored,
        Errors = a.Errors + b.Errors,
        BytesRead = a.BytesRead + b.BytesRead,
        Seconds = Math.Max(a.Seconds, b.Seconds),
    };

    /// <summary>Passes on what one account's restore says; its partial reports together with those of the others.</summary>
    private sealed class Part(RestoreRun run) : IOperationSink
    {
        public void Add(OperationReport report)
        {
            lock (run._parts)
            {
                run._parts[this] = report;
            }
        }

        public void Progress(OperationProgress progress) => run._sink.Progress(progress);

        public void Trouble(ItemTrouble trouble) => run._sink.Trouble(trouble);

        public void Warning(string message) => run._sink.Warning(message);

        public void Report(OperationReport partial)
        {
            Add(partial);
            run._sink.Report(run.Total());
        }
    }
}
