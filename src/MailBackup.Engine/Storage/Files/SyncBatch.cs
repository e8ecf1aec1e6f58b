using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>
/// What was written to a backup path and is not durable yet. Makes it so, with the names of new files, with as few waits as possible. Journals whose lines
/// did not become durable lose them again: whoever reads them next would see them in the system's cache and take them for saved.
/// </summary>
/// <param name="root">The backup path: a new name is made durable in every folder up to it.</param>
internal sealed class SyncBatch(IStoreFiles files, string root) : IDisposable
{
    /// <summary>Up to this many files are synced by themselves; past it one call for the whole file system is the cheaper wait.</summary>
    private const int ByThemselves = 64;

    private readonly List<SafeFileHandle> _files = [];
    private readonly HashSet<JournalWriter> _journals = [];
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    public int Count => _files.Count;

    /// <summary>Takes over an open file.</summary>
    public void Add(SafeFileHandle file) => _files.Add(file);

    /// <summary>A journal that writes out its lines: they stay when all is durable.</summary>
    public void Add(JournalWriter journal) => _journals.Add(journal);

    /// <summary>The file's name may be new, or the folders that it lies in.</summary>
    public void AddName(string path)
    {
        string? folder = path;
        while ((folder = Path.GetDirectoryName(folder)) is { Length: > 0 } && folder.Length >= root.Length)
        {
            _folders.Add(folder);
        }
    }

    /// <summary>Files first: a name that is there has its content. Then it is empty and can be used again.</summary>
    public void SyncAndClose()
    {
        try
        {
            if (_files.Count <= ByThemselves || !files.TrySyncAll(_files[0]))
            {
                files.SyncEach(_files);
                foreach (string folder in _folders)
                {
                    files.SyncFolder(folder);
                }
            }

            foreach (var journal in _journals)
            {
                journal.Keep();
            }

            _journals.Clear();
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Closes, and takes back what was not synced.</summary>
    public void Dispose()
    {
        _files.ForEach(f => f.Dispose());
        _files.Clear();
        _folders.Clear();
        foreach (var journal in _journals)
        {
            journal.TakeBack();
        }

        _journals.Clear();
    }
}
