using System.Collections.Concurrent;

namespace MailBackup.Cmdlets.Running;

/// <summary>The operations that this runspace has started with -NoWait and that have not ended.</summary>
internal sealed class BackgroundOperations
{
    private readonly ConcurrentDictionary<Guid, BackgroundRun> _runs = new();

    /// <summary>Sees to it that the operation is run, here or by whoever holds the lock. Once an operation.</summary>
    public BackgroundRun Ensure(string backupPath, Guid id)
    {
        foreach (var (ended, _) in _runs.Where(r => r.Value.HasEnded && r.Key != id))
        {
            if (_runs.TryRemove(ended, out var run))
            {
                run.Dispose();
            }
        }

        return _runs.GetOrAdd(id, static (i, path) => new BackgroundRun(path, i), backupPath);
    }
}
