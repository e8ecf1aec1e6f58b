using System.Buffers.Binary;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// Many digests in little memory: the first 64 bits of each, in an open hash table (about 12 bytes a digest). Two digests that share these bits count
/// as one, so that it may hold what was not added (once in 2^64 / n), and never misses what was.
/// </summary>
internal sealed class DigestSet
{
    private const double MaxLoad = 0.75;

    private ulong[] _slots = new ulong[1 << 12];
    private bool _zero;

    public long Count { get; private set; }

    public void Add(Digest digest)
    {
        if (Count >= _slots.Length * MaxLoad)
        {
            Grow();
        }

        Add(Bits(digest));
    }

    public bool Contains(Digest digest)
    {
        ulong bits = Bits(digest);
        if (bits == 0)
        {
            return _zero;
        }

        for (int i = Slot(bits); _slots[i] != 0; i = (i + 1) & (_slots.Length - 1))
        {
            if (_slots[i] == bits)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Bits(Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Digest.ByteLength];
        digest.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private void Add(ulong bits)
    {
        if (bits == 0)
        {
            Count += _zero ? 0 : 1;
            _zero = true;
            return;
        }

        int i = Slot(bits);
        while (_slots[i] != 0 && _slots[i] != bits)
        {
            i = (i + 1) & (_slots.Length - 1);
        }

        Count += _slots[i] == 0 ? 1 : 0;
        _slots[i] = bits;
    }

    private int Slot(ulong bits) => (int)(bits >> 20) & (_slots.Length - 1);

    private void Grow()
    {
        var old = _slots;
        _slots = new ulong[old.Length * 2];
        Count = _zero ? 1 : 0;
        foreach (ulong bits in old)
        {
            if (bits != 0)
            {
                Add(bits);
            }
        }
    }
}
