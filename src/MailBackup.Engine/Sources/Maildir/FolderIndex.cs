using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The names in a mail folder by their stable part: finds a message that was renamed after it was listed, and tells a restore what is there. Of each name
/// only a 64-bit hash of the stable part is held, and which of the few forms it has around it (<c>cur/</c> and <c>:2,S</c>): a folder of a million messages
/// takes some 50 MB. Two names of one hash would show a name that is not there, which a renamed message does too.
/// </summary>
internal sealed class FolderIndex
{
    private readonly Dictionary<ulong, int> _first = [];
    private readonly Dictionary<ulong, List<int>> _further = [];
    private readonly List<(string Part, string Letters)> _forms = [];
    private readonly Dictionary<(string Part, string Letters), int> _formNumbers = [];

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

    /// <summary>
    /// All names with this stable part; the latest met comes first, because a renamed message may have been met twice. A file of that name need not be there.
    /// </summary>
    public IEnumerable<string> Find(string stablePart)
    {
        ulong hash = NameHash.Of(stablePart);
        if (_first.TryGetValue(hash, out int form))
        {
            foreach (int other in _further.TryGetValue(hash, out var others) ? Enumerable.Reverse(others) : [])
            {
                yield return Name(other);
            }

            yield return Name(form);
        }

        string Name(int form) => _forms[form].Part + stablePart + _forms[form].Letters;
    }

    public void Add(string key)
    {
        var name = key.AsSpan(MessageName.Current.Length);
        var stable = MessageName.StablePart(name);
        ulong hash = NameHash.Of(stable);
        int form = Form(key[..MessageName.Current.Length], name[stable.Length..].ToString());
        if (_first.TryAdd(hash, form))
        {
            return;
        }

        if (!_further.TryGetValue(hash, out var others))
        {
            _further.Add(hash, others = []);
        }

        others.Add(form);
    }

    private int Form(string part, string letters)
    {
        if (!_formNumbers.TryGetValue((part, letters), out int number))
        {
            _formNumbers.Add((part, letters), number = _forms.Count);
            _forms.Add((part, letters));
        }

        return number;
    }

    /// <summary>After a change of our own, which is no reason to read everything again.</summary>
    public void AcceptTimes() => Times = MessageLister.Times(Directory);
}
