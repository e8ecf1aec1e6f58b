using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Realtime;

/// <summary>
/// The backup path in the hands of the realtime scanner: writer lock and open store, kept from batch to batch, because opening them costs more
/// than a batch. Nobody else writes meanwhile, so it is given back as soon as an operation waits.
/// </summary>
internal sealed class RealtimeSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly BackupLayout _layout;
    private readonly WriterLock _lock;
    private readonly ScanStore _store;
    private readonly AccountRegistry _registry;
    private readonly IOperationSink _sink;

    private RealtimeSession(BackupLayout layout, WriterLock held, IOperationSink sink)
    {
        _layout = layout;
        _lock = held;
        _sink = sink;
        _store = new ScanStore(layout, verifyBlobs: false, sink.Warning);
        _registry = AccountRegistry.Load(layout);
    }

    /// <summary>Null while an operation has the backup path.</summary>
    /// <param name="server">Who opens it. Throws <c>BackupPathOwnedByAnotherServer</c> when another has taken it over meanwhile.</param>
    public static RealtimeSession? TryOpen(BackupLayout layout, Guid server, IOperationSink sink)
    {
        if (WriterLock.TryAcquire(layout.WriterLock) is not { } held)
        {
            return null;
        }

        try
        {
            BackupPathSetup.CheckOwner(layout, server);
            return new RealtimeSession(layout, held, sink);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>True when the backup has the account; others are for a scan that asks the directory.</summary>
    public bool Knows(string account) => _registry.FindLiving(account) is not null;

    /// <summary>Saves what has changed. Durable when it returns. A server that cannot be reached is not waited for account after account.</summary>
    public async Task<RealtimeBatch> ScanAsync(IMailSource source, IReadOnlyList<PendingAccount> accounts, ScanOptions options, CancellationToken stop)
    {
        var counts = new ScanCounts();
        var batch = new RealtimeBatch(_sink);
        var clock = Stopwatch.StartNew();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var targets = accounts.Select(a => _registry.FindLiving(a.Account) is { } id && AccountStat.Read(_layout, id) is { } stat
            ? new ScanTarget(id, stat, a.Folders) : null).OfType<ScanTarget>();
        source.ExpectAccounts([.. accounts.Select(a => a.Account)]);
        try
        {
            await new ScanPipeline(source, _store, counts, options, batch).RunAsync(targets, _ => { }, OnTrouble, clock, cut.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            batch.IsCut = true;
        }

        var report = counts.ToReport(0, 0);
        batch.Changes = report.Added + report.Updated + report.Deleted;
        return batch;

        void OnTrouble(string name, MailBackupException e)
        {
            batch.Failed[name] = e.Message;
            _sink.Trouble(ItemTrouble.OfAccount(name, e));
            if (clock.Elapsed > Patience)
            {
                cut.Cancel();
            }
        }
    }

    public void Dispose()
    {
        _store.Dispose();
        _lock.Dispose();
    }
}
