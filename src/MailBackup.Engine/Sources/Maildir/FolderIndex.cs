using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The names in a mail folder by their stable part: finds a message that was renamed after it was listed, and tells a restore what is there.
/// </summary>
internal sealed class FolderIndex
{
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _further = new(StringComparer.Ordinal);

    private FolderIndex(string directory, (long, long) times)
    {
        Directory = directory;
        Times = times;
    }

    public string Directory { get; }

    /// <summary>When the directories had last changed as this was read.</summary>
    public (long Current, long New) Times { get; private set; }

    public static FolderIndex Read(string directory)
    {
        var index = new FolderIndex(directory, MessageLister.Times(directory));
        foreach (string part in (string[])[MessageName.New, MessageName.Current])
        {
            using var reader = DirectoryReader.TryOpen(directory, part.TrimEnd('/'));
            while (reader is not null && reader.Next())
            {
                if (reader.MayBeRegular && MessageName.IsMessage(reader.Name))
                {
                    index.Add(FileNames.FromNative(part, reader.Name));
                }
            }
        }

        return index;
    }

    public bool IsCurrent => MessageLister.Times(Directory) == Times;

    /// <summary>All names with this stable part; the latest met comes first, because a renamed message may have been met twice.</summary>
    public IEnumerable<string> Find(string stablePart)
    {
        if (_keys.TryGetValue(stablePart, out string? key))
        {
            foreach (string other in _further.TryGetValue(stablePart, out var others) ? Enumerable.Reverse(others) : [])
            {
                yield return other;
            }

            yield return key;
        }
    }

    public void Add(string key)
    {
        string stable = MessageName.StablePart(key.AsSpan(MessageName.Current.Length)).ToString();
        if (_keys.TryAdd(stable, key))
        {
            return;
        }

        if (!_further.TryGetValue(stable, out var others))
        {
            _further.Add(stable, others = []);
        }

        others.Add(key);
    }

    /// <summary>After a change of our own, which is no reason to read everything again.</summary>
    public void AcceptTimes() => Times = MessageLister.Times(Directory);
}
