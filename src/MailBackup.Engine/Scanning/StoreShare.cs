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

    /// <summary>Lets guests in until the offer is disposed, which waits for those that are in.</summary>
    /// <param name="store">Outlives the offer.</param>
    /// <param name="registry">Nobody changes it any more.</param>
    /// <param name="reserved">Accounts that a scan has not come to yet and guests leave to it, whatever happens there: to read a whole mailbox is its work.</param>
    public IAsyncDisposable Begin(ScanStore store, AccountRegistry registry, IReadOnlySet<Guid>? reserved = null)
    {
        lock (_gate)
        {
            return _offer is null ? _offer = new Offer(this, store, registry, reserved) : throw new InvalidOperationException("Two operations at once.");
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
            return new Guest(offer);
        }
    }

    internal sealed class Offer(StoreShare share, ScanStore store, AccountRegistry registry, IReadOnlySet<Guid>? reserved) : IAsyncDisposable
    {
        private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _cut = new();

        public ScanStore Store => store;

        public AccountRegistry Registry => registry;

        public CancellationToken Cut => _cut.Token;

        public bool IsReserved(Guid account) => reserved?.Contains(account) == true && !store.Leases.WasHeld(account);

        public int Guests { get; set; }

        public void Leave()
        {
            lock (share._gate)
            {
                if (--Guests == 0 && share._offer != this)
                {
                    _empty.SetResult();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            lock (share._gate)
            {
                share._offer = null;
                if (Guests == 0)
                {
                    _empty.SetResult();
                }
            }

            _cut.CancelAfter(Patience);
            await _empty.Task.ConfigureAwait(false);
            _cut.Dispose();
        }
    }

    /// <summary>Whoever works in the store of a running operation, for one batch.</summary>
    internal sealed class Guest(Offer offer) : IDisposable
    {
        public ScanStore Store => offer.Store;

        public AccountRegistry Registry => offer.Registry;

        public bool IsReserved(Guid account) => offer.IsReserved(account);

        /// <summary>The operation has ended and waits no longer.</summary>
        public CancellationToken Cut { get; } = offer.Cut;

        public void Dispose() => offer.Leave();
    }
}
