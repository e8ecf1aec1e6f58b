using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The next some thousand names of a directory, in the order of their inodes: a directory shows names in the order of their hashes, and
/// asking for files in that order sends a disk to and fro. What is listed in this order is read in it as well.
/// </summary>
internal sealed class MessageNames
{
    private const int MaximumCount = 16 * 1024;

    private readonly List<(ulong Inode, int Offset, int Length)> _entries = [];
    private byte[] _names = new byte[4096];

    public int Count => _entries.Count;

    /// <summary>False when the directory has no more.</summary>
    public bool Fill(DirectoryReader reader)
    {
        _entries.Clear();
        int end = 0;
        while (_entries.Count < MaximumCount && reader.Next())
        {
            var name = reader.Name;
            if (!reader.MayBeRegular || !MessageName.IsMessage(name))
            {
                continue;
            }

            if (end + name.Length + 1 > _names.Length)
            {
                Array.Resize(ref _names, _names.Length * 2);
            }

            name.CopyTo(_names.AsSpan(end));
            _names[end + name.Length] = 0;
            _entries.Add((reader.Inode, end, name.Length));
            end += name.Length + 1;
        }

        _entries.Sort(static (a, b) => a.Inode.CompareTo(b.Inode));
        return _entries.Count > 0;
    }

    public ReadOnlySpan<byte> Name(int index) => _names.AsSpan(_entries[index].Offset, _entries[index].Length);

    /// <summary>With the NUL that system calls want.</summary>
    public ReadOnlySpan<byte> NativeName(int index) => _names.AsSpan(_entries[index].Offset, _entries[index].Length + 1);
}
