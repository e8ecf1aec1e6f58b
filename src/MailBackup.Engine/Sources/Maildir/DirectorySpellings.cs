using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Finds a directory whose name is known only but for its letter case: a directory server writes <c>Ann@Example.com</c> for the mailbox
/// <c>example.com/ann</c>. Names of one directory are read once and again when it has changed.
/// </summary>
internal sealed class DirectorySpellings
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Modified, Dictionary<string, string> Names)> _known = new(StringComparer.Ordinal);

    /// <summary>The name as it is written there, or null.</summary>
    public string? Find(string directory, string name, Func<string, IEnumerable<string>> list)
    {
        if (!FileStatus.TryGet(directory, out var status))
        {
            return null;
        }

        lock (_lock)
        {
            if (!_known.TryGetValue(directory, out var known) || known.Modified != status.Modified)
            {
                var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                foreach (string one in list(directory).Order(StringComparer.Ordinal))
                {
                    names.TryAdd(one, one);
                }

                known = (status.Modified, names);
                _known[directory] = known;
            }

            return known.Names.GetValueOrDefault(name);
        }
    }
}
