using System.Text;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>The messages of a folder by size: 24 bytes each, for a folder may have a million.</summary>
internal sealed class MessageTable
{
    private readonly List<Entry> _entries = [];
    private bool _sorted = true;

    /// <summary>The highest UID that is known; 0 for none.</summary>
    public uint Highest { get; private set; }

    /// <param name="id">The server's own id of the content; null where it has none.</param>
    public void Add(uint uid, long size, string? id)
    {
        if (uid > Highest)
        {
            _entries.Add(new Entry(size, uid, Hash(id)));
            (Highest, _sorted) = (uid, false);
        }
    }

    public IEnumerable<uint> OfSize(long size) => Of(size).Select(e => e.Uid);

    /// <summary>Messages with this id and this size.</summary>
    public IEnumerable<uint> OfId(long size, string? id) => Hash(id) is > 0 and var hash ? Of(size).Where(e => e.Id == hash).Select(e => e.Uid) : [];

    private IEnumerable<Entry> Of(long size)
    {
        if (!_sorted)
        {
            _entries.Sort(static (a, b) => a.Size != b.Size ? a.Size.CompareTo(b.Size) : a.Uid.CompareTo(b.Uid));
            _sorted = true;
        }

        for (int at = LowerBound(size); at < _entries.Count && _entries[at].Size == size; at++)
        {
            yield return _entries[at];
        }
    }

    private int LowerBound(long size)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _entries[middle].Size < size ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>FNV-1a of 64 bits; 0 for no id.</summary>
    private static ulong Hash(string? id)
    {
        if (id is not { Length: > 0 })
        {
            return 0;
        }

        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(id))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return hash == 0 ? 1 : hash;
    }

    private readonly record struct Entry(long Size, uint Uid, ulong Id);
}
