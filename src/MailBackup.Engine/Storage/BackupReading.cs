using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// Reads a backup path through its catalog. When the catalog turns out to be damaged on the way, it is made anew and the reading goes on.
/// </summary>
internal sealed class BackupReading(BackupLayout layout, Action<string> warn)
{
    public T Read<T>(Func<BackupReader, T> read)
    {
        try
        {
            using var reader = Open();
            return read(reader);
        }
        catch (SqliteFailure e) when (e.IsDamage)
        {
            StoreReader.Remake(layout, warn);
        }

        using var again = Open();
        return read(again);
    }

    public async Task<T> ReadAsync<T>(Func<BackupReader, Task<T>> read)
    {
        using var reader = Open();
        return await read(reader).ConfigureAwait(false);
    }

    /// <param name="list">Gives its elements in the same order when it is asked again.</param>
    public IEnumerable<T> Stream<T>(Func<BackupReader, IEnumerable<T>> list)
    {
        long given = 0;
        for (bool remade = false; ; remade = true)
        {
            using (var reader = Open())
            {
                IEnumerator<T>? elements = null;
                try
                {
                    long passed = 0;
                    while (TryNext(reader, list, ref elements, mayFail: !remade) is { } more)
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

            StoreReader.Remake(layout, warn);
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

    private BackupReader Open() => new(layout, StoreReader.OpenCatalog(layout, warn));
}
