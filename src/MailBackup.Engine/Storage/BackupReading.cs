using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// Reads a backup path through its catalog. When the catalog turns out to be damaged on the way, it is made anew and the reading goes on. One reader serves
/// all reads until the path has moved on: a pipeline of 10,000 items must not open 10,000 accounts for each. Any thread.
/// </summary>
internal sealed class BackupReading(BackupLayout layout, Action<string> warn) : IDisposable
{
    private readonly Lock _gate = new();
    private KeptReader? _kept;
    private bool _disposed;

    /// <summary>Everything is looked at again after this time, or after 20 times what that costs, if it is longer.</summary>
    internal TimeSpan LookAgain { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often everything had to be looked at.</summary>
    internal int FullLooks { get; private set; }

    public T Read<T>(Func<BackupReader, T> read)
    {
        try
        {
            return ReadOnce(read);
        }
        catch (SqliteFailure e) when (e.IsDamage)
        {
            Remake();
        }

        return ReadOnce(read);
    }

    public async Task<T> ReadAsync<T>(Func<BackupReader, Task<T>> read)
    {
        var kept = Rent();
        try
        {
            return await read(kept.Reader).ConfigureAwait(false);
        }
        finally
        {
            GiveBack(kept);
        }
    }

    public async IAsyncEnumerable<T> StreamAsync<T>(Func<BackupReader, IAsyncEnumerable<T>> list)
    {
        var kept = Rent();
        try
        {
            await foreach (var element in list(kept.Reader).ConfigureAwait(false))
            {
                yield return element;
            }
        }
        finally
        {
            GiveBack(kept);
        }
    }

    /// <param name="list">Gives its elements in the same order when it is asked again.</param>
    public IEnumerable<T> Stream<T>(Func<BackupReader, IEnumerable<T>> list)
    {
        long given = 0;
        for (bool remade = false; ; remade = true)
        {
            var kept = Rent();
            try
            {
                IEnumerator<T>? elements = null;
                try
                {
                    long passed = 0;
                    while (TryNext(kept.Reader, list, ref elements, mayFail: !remade) is { } more)
                    {
                        if (!more)
                        {
                            yield break;
                        }

                        if (++passed > given)
                        {
                            given = passed;
                            yield return elements!.Current;
                        }
                    }
                }
                finally
                {
                    elements?.Dispose();
                }
            }
            finally
            {
                GiveBack(kept);
            }

            Remake();
        }
    }

    /// <returns>Whether there is another element; null when the catalog is damaged.</returns>
    private static bool? TryNext<T>(BackupReader reader, Func<BackupReader, IEnumerable<T>> list, ref IEnumerator<T>? elements, bool mayFail)
    {
        try
        {
            elements ??= list(reader).GetEnumerator();
            return elements.MoveNext();
        }
        catch (SqliteFailure e) when (e.IsDamage && mayFail)
        {
            return null;
        }
    }

    private T ReadOnce<T>(Func<BackupReader, T> read)
    {
        var kept = Rent();
        try
        {
            return read(kept.Reader);
        }
        finally
        {
            GiveBack(kept);
        }
    }

    private void Remake()
    {
        lock (_gate)
        {
            Replace(null);
            StoreReader.Remake(layout, warn);
        }
    }

    private KeptReader Rent()
    {
        lock (_gate)
        {
            if (_kept is null || !_kept.IsGood(LookAgain))
            {
                Replace(_kept?.Follow(LookAgain));
                if (_kept is null)
                {
                    Replace(KeptReader.Open(layout, warn));
                    FullLooks++;
                }
            }

            _kept!.Users++;
            return _kept;
        }
    }

    private void GiveBack(KeptReader reader)
    {
        lock (_gate)
        {
            reader.Users--;
            if (_kept == reader && (_disposed || !reader.MayBeKept))
            {
                _kept = null;
            }

            if (_kept != reader && reader.Users == 0)
            {
                reader.Dispose();
            }
        }
    }

    /// <summary>Streams that are still being read keep the reader that they began with.</summary>
    private void Replace(KeptReader? next)
    {
        if (_kept is { Users: 0 } idle)
        {
            idle.Dispose();
        }

        _kept = next;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Replace(null);
        }
    }
}
