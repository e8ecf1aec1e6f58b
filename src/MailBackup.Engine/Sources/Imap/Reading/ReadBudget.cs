namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// How much content a reader may hold that nobody has taken yet. It goes over it only where somebody waits for what is not there yet, a whole item or the rest of
/// one, while nobody takes anything: the server sends in another order than asked, and stopping would be for ever. Then there is a second, hard limit.
/// </summary>
internal sealed class ReadBudget(int bytes, CancellationToken end)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private long _held;
    private int _takers, _waiting;

    public int Hard => bytes * 8;

    public void Add(int count)
    {
        lock (_lock)
        {
            _held += count;
        }
    }

    public void Free(int count)
    {
        lock (_lock)
        {
            _held -= count;
            Look();
        }
    }

    /// <summary>Somebody has begun to take an item (1) or is done with it (-1).</summary>
    public void Taking(int change)
    {
        lock (_lock)
        {
            _takers += change;
            Look();
        }
    }

    /// <summary>Somebody begins to wait for an item that has not come (1), or no longer does (-1).</summary>
    public void Waiting(int change)
    {
        lock (_lock)
        {
            _waiting += change;
            Look();
        }
    }

    /// <summary>Somebody who takes an item has all that came of it and waits for the rest (true), or no longer does (false).</summary>
    public void Stalled(bool waits)
    {
        lock (_lock)
        {
            _takers -= waits ? 1 : -1;
            _waiting += waits ? 1 : -1;
            Look();
        }
    }

    /// <summary>Returns when there is room, or when waiting for it would be for ever. False: the hard limit is reached.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (MayGoOn)
                {
                    return _held < Hard;
                }

                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(end).ConfigureAwait(false);
        }
    }

    private bool MayGoOn => _held < bytes || (_waiting > 0 && _takers == 0);

    private void Look()
    {
        if (MayGoOn)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }
}
