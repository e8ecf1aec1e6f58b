using System.Buffers;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// The content of one message on its way: the reader puts in what comes, a scan takes it out, possibly before it is complete. After a lost connection it is
/// fetched again from its beginning, and what came before is passed over.
/// </summary>
internal sealed class PendingContent(SourceFolder folder, SourceItem item, uint validity, uint uid, ReadBudget budget)
{
    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Bytes, int Length)> _chunks = new();
    private TaskCompletionSource? _changed;
    private long _received, _skip;
    private bool _complete, _gone, _abandoned;
    private ItemReadException? _failure;
    private DateTimeOffset? _saved;

    public SourceFolder Folder => folder;

    /// <summary>The item, with what its content's beginning told of it.</summary>
    public SourceItem Item => _saved is not { } saved ? item : item with
    {
        Attributes = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SourceItem.SavedAttribute] = saved.UtcDateTime.ToString("o", System.Globalization.CultureInfo.InvariantCulture),
        },
    };

    public uint Validity => validity;

    public uint Uid => uid;

    public ReadBudget Budget => budget;

    /// <summary>How often the connection was lost over it.</summary>
    public int Attempts { get; set; }

    /// <summary>The server has said once that it has no content.</summary>
    public bool AskedAnew { get; set; }

    /// <summary>Known as soon as the first byte is; -1 before.</summary>
    public long Length { get; private set; } = -1;

    public bool IsSettled
    {
        get
        {
            lock (_lock)
            {
                return _complete || _gone || _failure is not null;
            }
        }
    }

    /// <summary>Its content begins, perhaps again. False when it is another content than before.</summary>
    /// <param name="saved">When it came into the folder, where the server has said it.</param>
    public bool Begin(long length, DateTimeOffset? saved = null)
    {
        lock (_lock)
        {
            if (Length >= 0 && Length != length)
            {
                return false;
            }

            Length = length;
            _saved = saved ?? _saved;
            _skip = _received;
            Signal();
            return true;
        }
    }

    public void Put(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            int old = (int)Math.Min(_skip, bytes.Length);
            _skip -= old;
            bytes = bytes[old..];
            _received += bytes.Length;
            if (bytes.IsEmpty || _abandoned)
            {
                return;
            }

            var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(copy);
            _chunks.Enqueue((copy, bytes.Length));
            budget.Add(bytes.Length);
            Signal();
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _complete = true;
            Signal();
        }
    }

    /// <summary>The server no longer has it.</summary>
    public void Gone()
    {
        lock (_lock)
        {
            _gone = true;
            Signal();
        }
    }

    public void Fail(string reason, Exception? inner = null)
    {
        lock (_lock)
        {
            _failure ??= new ItemReadException($"{folder.Path}, UID {uid}", reason, inner);
            Signal();
        }
    }

    /// <summary>Waits until its content begins. False when it is gone. Throws <see cref="ItemReadException"/>.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken token)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_failure is not null)
                {
                    throw _failure;
                }

                if (_gone || Length >= 0)
                {
                    return !_gone;
                }

                changed = Changed();
            }

            budget.Waiting(1);
            try
            {
                await changed.WaitAsync(token).ConfigureAwait(false);
            }
            finally
            {
                budget.Waiting(-1);
            }
        }
    }

    /// <summary>The next piece; null at the end. Its array goes back to the pool by <see cref="Return"/>.</summary>
    public async ValueTask<(byte[] Bytes, int Length)?> TakeAsync(CancellationToken token)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_chunks.TryDequeue(out var chunk))
                {
                    return chunk;
                }

                if (_failure is not null)
                {
                    throw _failure;
                }

                if (_complete)
                {
                    return null;
                }

                changed = Changed();
            }

            // Who has taken all that came of it takes nothing until more comes.
            budget.Stalled(true);
            try
            {
                await changed.WaitAsync(token).ConfigureAwait(false);
            }
            finally
            {
                budget.Stalled(false);
            }
        }
    }

    public void Return((byte[] Bytes, int Length) chunk)
    {
        ArrayPool<byte>.Shared.Return(chunk.Bytes);
        budget.Free(chunk.Length);
    }

    /// <summary>Nobody takes the rest.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _abandoned = true;
            while (_chunks.TryDequeue(out var chunk))
            {
                Return(chunk);
            }
        }
    }

    private Task Changed() => (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Signal()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
