namespace MailBackup.Scanning;

/// <summary>
/// Who is at which account of a store: nobody looks at an account while another has changes of it that are not durable, so each begins with a catalog that has
/// everything, and no change is saved twice. Any thread.
/// </summary>
internal sealed class AccountLeases
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, TaskCompletionSource> _held = [];
    private readonly HashSet<Guid> _seen = [];

    /// <summary>For one pipeline.</summary>
    public Holder Begin() => new(this);

    /// <summary>True when somebody has had the account since the store was opened: what was read of it before may be out of date.</summary>
    public bool WasHeld(Guid account)
    {
        lock (_gate)
        {
            return _seen.Contains(account);
        }
    }

    private Task? Take(Guid account)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(account, out var held))
            {
                return held.Task;
            }

            _held[account] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return null;
        }
    }

    private void GiveBack(Guid account)
    {
        lock (_gate)
        {
            _seen.Add(account);
            if (_held.Remove(account, out var held))
            {
                held.SetResult();
            }
        }
    }

    /// <summary>The leases of one pipeline; those that it still has end with it.</summary>
    public sealed class Holder(AccountLeases leases) : IDisposable
    {
        private readonly HashSet<Guid> _mine = [];

        /// <summary>False when another has it. True also for one's own.</summary>
        public bool TryTake(Guid account) => Take(account) is null;

        /// <summary>Waits for whoever has it.</summary>
        public async ValueTask TakeAsync(Guid account, CancellationToken token)
        {
            while (Take(account) is { } held)
            {
                await held.WaitAsync(token).ConfigureAwait(false);
            }
        }

        public void Release(Guid account)
        {
            lock (_mine)
            {
                if (_mine.Remove(account))
                {
                    leases.GiveBack(account);
                }
            }
        }

        public void Dispose()
        {
            lock (_mine)
            {
                foreach (var account in _mine)
                {
                    leases.GiveBack(account);
                }

                _mine.Clear();
            }
        }

        /// <summary>Null when it is this one's now; else what ends when another gives it back.</summary>
        private Task? Take(Guid account)
        {
            lock (_mine)
            {
                if (_mine.Contains(account) || leases.Take(account) is not { } held)
                {
                    _mine.Add(account);
                    return null;
                }

                return held;
            }
        }
    }
}
