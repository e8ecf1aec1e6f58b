namespace MailBackup.Sources.Imap.Reading;

/// <summary>The messages that a reader is still to fetch, in the order in which a scan will ask for them.</summary>
internal sealed class ContentQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<PendingContent> _queue = [];
    private readonly SemaphoreSlim _work = new(0, 1);

    public bool HasWork
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count > 0;
            }
        }
    }

    public void Add(PendingContent content)
    {
        lock (_lock)
        {
            _queue.AddLast(content);
            Signal();
        }
    }

    /// <summary>To the front again, in their order.</summary>
    public void GiveBack(IEnumerable<PendingContent> unfinished)
    {
        lock (_lock)
        {
            foreach (var content in unfinished.Reverse())
            {
                _queue.AddFirst(content);
            }

            Signal();
        }
    }

    /// <summary>The next messages of one folder, as many as are announced; one alone after it has cost a connection.</summary>
    public List<PendingContent> TakeBatch(int most)
    {
        var batch = new List<PendingContent>();
        lock (_lock)
        {
            while (_queue.First is { Value: var next } && batch.Count < most
                   && (batch.Count == 0 || (next.Folder.Key == batch[0].Folder.Key && next.Validity == batch[0].Validity && next.Attempts == 0)))
            {
                _queue.RemoveFirst();
                batch.Add(next);
                if (next.Attempts > 0)
                {
                    break;
                }
            }
        }

        return batch;
    }

    /// <summary>Gives all of it up.</summary>
    public IReadOnlyList<PendingContent> Clear()
    {
        lock (_lock)
        {
            PendingContent[] left = [.. _queue];
            _queue.Clear();
            return left;
        }
    }

    /// <summary>Returns when something may have come.</summary>
    public Task WaitAsync(CancellationToken token) => _work.WaitAsync(token);

    public Task WaitAsync(TimeSpan most, CancellationToken token) => _work.WaitAsync(most, token);

    public void Dispose() => _work.Dispose();

    private void Signal()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }
}
