using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// What a running operation shares with the realtime scanner of the same node, which then need not wait until it has ended: an open store, under its writer lock,
/// and what it knows of the accounts. Nobody changes one account with another (<see cref="AccountLeases"/>). Any thread.
/// </summary>
internal sealed class StoreShare
{
    // A guest's batch takes parts of a second; one of a server that is slow is broken off, with all that it has saved by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Offer? _offer;

    public bool IsOffered
    {
        get
        {
            lock (_gate)
            {
                return _offer is not null;
            }
        }
    }

    /// <summary>Lets guests in until it is disposed of, which waits for those that are in.</summary>
    /// <param name="store">Outlives that.</param>
    /// <param name="registry">Nobody changes it any more.</param>
    /// <param name="reserved">Accounts that a scan has not come to yet and guests leave to it, whatever happens there: to read a whole mailbox is its work.</param>
    public IAsyncDisposable Begin(ScanStore store, AccountRegistry registry, IReadOnlySet<Guid>? reserved = null)
    {
        lock (_gate)
        {
            if (_offer is not null)
            {
                throw new InvalidOperationException("Two operations at once.");
            }

            var end = new Ending(this);
            _offer = new Offer(store, registry, reserved, end.Cut);
            return end;
        }
    }

    /// <summary>Null when no operation shares anything. The guest is disposed of before its caller waits for anything else.</summary>
    public Guest? TryJoin()
    {
        lock (_gate)
        {
            if (_offer is not { } offer)
            {
                return null;
            }

            offer.Guests++;
            return new Guest(this, offer);
        }
    }

    private void Leave(Offer offer)
    {
        lock (_gate)
        {
            if (--offer.Guests == 0 && _offer != offer)
            {
                offer.Empty.SetResult();
            }
        }
    }

    private Task Withdraw()
    {
        lock (_gate)
        {
            var offer = _offer!;
            _offer = null;
            return offer.Guests == 0 ? Task.CompletedTask : offer.Empty.Task;
        }
    }

    /// <summary>Whoever works in the store of a running operation, for one batch.</summary>
    internal sealed class Guest(StoreShare share, Offer offer) : IDisposable
    {
        public ScanStore Store => offer.Store;

        public AccountRegistry Registry => offer.Registry;

        /// <summary>The operation has ended and waits no longer.</summary>
        public CancellationToken Cut => offer.Cut;

        public bool IsReserved(Guid account) => offer.Reserved?.Contains(account) == true && !offer.Store.Leases.WasHeld(account);

        public void Dispose() => share.Leave(offer);
    }

    internal sealed class Offer(ScanStore store, AccountRegistry registry, IReadOnlySet<Guid>? reserved, CancellationToken cut)
    {
        public ScanStore Store => store;

        public AccountRegistry Registry => registry;

        public IReadOnlySet<Guid>? Reserved => reserved;

        public CancellationToken Cut => cut;

        public int Guests { get; set; }

        public TaskCompletionSource Empty { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Ending(StoreShare share) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _cut = new();

        public CancellationToken Cut => _cut.Token;

        public async ValueTask DisposeAsync()
        {
            var empty = share.Withdraw();
            _cut.CancelAfter(Patience);
            await empty.ConfigureAwait(false);
            _cut.Dispose();
        }
    }
}
