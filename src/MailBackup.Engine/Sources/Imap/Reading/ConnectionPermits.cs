namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// How many connections may be open for reading content. One of them is kept for whoever a scan is waiting for right now, so that readers of later accounts,
/// who have read as far ahead as they may, cannot block the account before them.
/// </summary>
internal sealed class ConnectionPermits(int count)
{
    private readonly Lock _lock = new();
    private readonly List<Waiter> _waiters = [];
    private int _free = Math.Max(1, count - 1);
    private bool _urgentFree = true;

    /// <summary>True when somebody waits: who does nothing should give his permit back.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
            {
                return _waiters.Count > 0;
            }
        }
    }

    /// <param name="isUrgent">Asked at every <see cref="Look"/>.</param>
    public async Task<Permit> TakeAsync(Func<bool> isUrgent, CancellationToken token)
    {
        var waiter = new Waiter(isUrgent);
        lock (_lock)
        {
            _waiters.Add(waiter);
        }

        Look();
        using (token.UnsafeRegister(_ => Cancel(waiter), null))
        {
            return await waiter.Granted.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Gives out what is free. Called when a permit comes back or a wait became urgent.</summary>
    public void Look()
    {
        lock (_lock)
        {
            for (int i = 0; i < _waiters.Count;)
            {
                bool normal = _free > 0;
                if (!normal && !(_urgentFree && _waiters[i].IsUrgent()))
                {
                    i++;
                    continue;
                }

                _free -= normal ? 1 : 0;
                _urgentFree &= normal;
                _waiters[i].Granted.TrySetResult(new Permit(this, !normal));
                _waiters.RemoveAt(i);
            }
        }
    }

    private void Cancel(Waiter waiter)
    {
        lock (_lock)
        {
            if (_waiters.Remove(waiter))
            {
                waiter.Granted.TrySetCanceled();
            }
        }
    }

    private void Return(bool urgent)
    {
        lock (_lock)
        {
            _free += urgent ? 0 : 1;
            _urgentFree |= urgent;
        }

        Look();
    }

    private sealed record Waiter(Func<bool> IsUrgent)
    {
        public TaskCompletionSource<Permit> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    internal sealed class Permit(ConnectionPermits owner, bool urgent) : IDisposable
    {
        private int _returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                owner.Return(urgent);
            }
        }
    }
}
