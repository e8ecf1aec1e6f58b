using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// What a running scan shares with the realtime scanner of the same node, which then need not wait until it has ended: its open store, under its writer lock, and
/// what it knows of the accounts. Nobody is at one account with another (<see cref="AccountLeases"/>). Any thread.
/// </summary>
internal sealed class ScanShare
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
    /// <param name="registry">Nobody changes it any more.</param>
    public IAsyncDisposable Begin(ScanStore store, AccountRegistry registry)
    {
        lock (_gate)
        {
            return _offer is null ? _offer = new Offer(this, store, registry) : throw new InvalidOperationException("Two scans at once.");
        }
    }

    /// <summary>Null when no scan shares anything. The guest is disposed of before its caller waits for anything else.</summary>
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

    internal sealed class Offer(ScanShare share, ScanStore store, AccountRegistry registry) : IAsyncDisposable
    {
        private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _cut = new();

        public ScanStore Store => store;

        public AccountRegistry Registry => registry;

        public CancellationToken Cut => _cut.Token;

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

    /// <summary>Whoever works in the store of a running scan, for one batch.</summary>
    internal sealed class Guest(Offer offer) : IDisposable
    {
        public ScanStore Store => offer.Store;

        public AccountRegistry Registry => offer.Registry;

        /// <summary>The scan has ended and waits no longer.</summary>
        public CancellationToken Cut { get; } = offer.Cut;

        public void Dispose() => offer.Leave();
    }
}
