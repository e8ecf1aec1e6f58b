using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Realtime;

/// <summary>
/// The backup path in the hands of the realtime scanner. Its own: writer lock and open store, kept from batch to batch, because opening them costs more
/// than a batch; nobody else writes meanwhile, so it is given back as soon as an operation waits. Or, for one batch, that of a running operation
/// (<see cref="StoreShare"/>), but for the accounts that a scan is at.
/// </summary>
internal sealed class RealtimeSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly BackupLayout _layout;
    private readonly ScanStore _store;
    private readonly AccountRegistry _registry;
    private readonly IOperationSink _sink;
    private readonly WriterLock? _lock;
    private readonly StoreShare.Guest? _guest;
    private readonly AccountLeases.Holder? _leases;

    private RealtimeSession(BackupLayout layout, WriterLock held, IOperationSink sink)
    {
        _layout = layout;
        _lock = held;
        _sink = sink;
        _store = new ScanStore(layout, verifyBlobs: false, sink.Warning);
        _registry = AccountRegistry.Load(layout);
    }

    private RealtimeSession(BackupLayout layout, StoreShare.Guest guest, IOperationSink sink)
    {
        _layout = layout;
        _guest = guest;
        _sink = sink;
        _store = guest.Store;
        _registry = guest.Registry;
        _leases = _store.Leases.Begin();
    }

    /// <summary>For one batch in the store of a running operation; null when none shares its own.</summary>
    public static RealtimeSession? TryJoin(StoreShare share, BackupLayout layout, IOperationSink sink) =>
        share.TryJoin() is { } guest ? new RealtimeSession(layout, guest, sink) : null;

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

    /// <summary>
    /// False while a running scan is at the account, and before it has come there for the first time. Where true, the scan waits for the batch.
    /// </summary>
    public bool TryTake(string account) =>
        _guest is null || _registry.FindLiving(account) is not { } id || (!_guest.IsReserved(id) && _leases!.TryTake(id));

    /// <summary>Saves what has changed. Durable when it returns. A server that cannot be reached is not waited for account after account.</summary>
    public async Task<RealtimeBatch> ScanAsync(IMailSource source, IReadOnlyList<PendingAccount> accounts, ScanOptions options, CancellationToken stop)
    {
        var counts = new ScanCounts();
        var batch = new RealtimeBatch(_sink);
        var clock = Stopwatch.StartNew();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop, _guest?.Cut ?? default);
        var targets = accounts.Select(a => _registry.FindLiving(a.Account) is { } id
            ? new ScanTarget(id, AccountStat.Read(_layout, id) ?? _registry.Stats[id], a.Folders) : null).OfType<ScanTarget>();
        source.ExpectAccounts([.. accounts.Select(a => a.Account)]);
        try
        {
            await new ScanPipeline(source, _store, counts, options, batch, _leases ?? _store.Leases.Begin())
                .RunAsync(targets, _ => { }, OnTrouble, clock, cut.Token).ConfigureAwait(false);
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
        if (_guest is not null)
        {
            _leases!.Dispose();
            _guest.Dispose();
            return;
        }

        _store.Dispose();
        _lock!.Dispose();
    }
}
