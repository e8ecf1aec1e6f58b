using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// Restored files of one folder that are written but do not bear their names yet. A file gets its name only when its content is on the disk,
/// and one sync for many files costs hardly more than one for one.
/// </summary>
internal sealed class PendingFiles(string directory)
{
    // Large, because every sync waits for all that the file system has to write; only names are held in memory.
    private const int MaximumCount = 8192;
    private const long MaximumBytes = 512 * 1024 * 1024;

    // Below this, syncing the files alone is kinder to a busy server than syncing its whole file system.
    private const int FewFiles = 8;

    private readonly List<(string Temporary, string Name, string Group)> _files = [];
    private readonly HashSet<string> _groups = new(StringComparer.Ordinal);
    private long _bytes;
    private int _marked;

    public int Count => _files.Count;

    public bool IsFull => _files.Count >= MaximumCount || _bytes >= MaximumBytes;

    /// <param name="group">What <see cref="Contains"/> finds it by: names that must not stand side by side.</param>
    public void Add(string temporary, string name, string group, long bytes)
    {
        _files.Add((temporary, name, group));
        _groups.Add(group);
        _bytes += bytes;
    }

    public bool Contains(string group) => _groups.Contains(group);

    /// <summary>Brings the contents to the disk; these, and no later ones, may then be published.</summary>
    public void SyncContents()
    {
        MarkSynced();
        if (_files.Count > FewFiles)
        {
            FileWrites.SyncFileSystem(directory);
            return;
        }

        foreach (var (temporary, _, _) in _files)
        {
            FileWrites.Sync(directory, temporary);
        }
    }

    /// <summary>Gives all of them up: whether their contents will ever be on the disk, nobody can tell any more.</summary>
    public void Discard()
    {
        foreach (var (temporary, _, _) in _files)
        {
            try
            {
                FileWrites.Remove(directory, temporary);
            }
            catch (PosixException)
            {
                // Servers clear their tmp.
            }
        }

        _files.Clear();
        _groups.Clear();
        (_bytes, _marked) = (0, 0);
    }

    /// <summary>Whoever calls this syncs the file system before he publishes.</summary>
    public void MarkSynced() => _marked = _files.Count;

    /// <summary>Gives every synced file its name.</summary>
    /// <param name="rename">Finds another name for a file whose own has been taken by somebody else meanwhile; null when it is not needed any more.</param>
    /// <returns>True when every file has got its own name.</returns>
    public bool Publish(Func<string, string, string?> rename)
    {
        bool asPlanned = true;
        int done = 0;
        try
        {
            for (; done < _marked; done++)
            {
                var (temporary, name, group) = _files[done];
                string? free = name;
                while (free is not null && !FileWrites.TryMove(directory, temporary, free))
                {
                    asPlanned = false;
                    free = rename(temporary, free);
                }

                if (free is null)
                {
                    FileWrites.Remove(directory, temporary);
                }

                _groups.Remove(group);
            }
        }
        finally
        {
            _files.RemoveRange(0, done);
            _marked -= done;
        }

        _bytes = _files.Count == 0 ? 0 : _bytes;
        return asPlanned;
    }
}
