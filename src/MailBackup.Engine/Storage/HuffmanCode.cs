using System.Buffers.Binary;

namespace MailBackup.Storage;

/// <summary>
/// A canonical prefix code of limited length for an alphabet of deflate (RFC 1951 §3.2.2). It is always complete, as zlib demands, for which two
/// symbols must have a frequency. Made anew for every block; the arrays stay.
/// </summary>
internal sealed class HuffmanCode
{
    private readonly int _limit;
    private readonly long[] _sorted;
    private readonly int[] _weight;
    private readonly int[] _parent;
    private readonly int[] _depth;

    /// <param name="symbols">Size of the alphabet.</param>
    /// <param name="limit">Bits that no code may exceed.</param>
    public HuffmanCode(int symbols, int limit)
    {
        _limit = limit;
        _sorted = new long[symbols];
        _weight = new int[2 * symbols];
        _parent = new int[2 * symbols];
        _depth = new int[2 * symbols];
        Lengths = new byte[symbols];
        Entries = new uint[symbols];
    }

    /// <summary>Bits of each symbol's code; 0 where the frequency was 0.</summary>
    public byte[] Lengths { get; }

    /// <summary>Each symbol's code in the order in which deflate sends bits, from bit 8 up, and below it the length: one load gives both.</summary>
    public uint[] Entries { get; }

    public void Build(ReadOnlySpan<int> frequencies)
    {
        int used = 0;
        for (int symbol = 0; symbol < frequencies.Length; symbol++)
        {
            if (frequencies[symbol] > 0)
            {
                _sorted[used++] = ((long)frequencies[symbol] << 16) | (uint)symbol;
            }
        }

        var sorted = _sorted.AsSpan(0, used);
        sorted.Sort();
        Span<int> codesOfLength = stackalloc int[16];
        codesOfLength.Clear();
        CountLengths(sorted, codesOfLength);
        Assign(sorted, codesOfLength);
    }

    /// <summary>Huffman's tree with two queues: leaves by weight, then inner nodes, which come into being by weight.</summary>
    private void CountLengths(ReadOnlySpan<long> sorted, Span<int> codesOfLength)
    {
        int leaves = sorted.Length;
        for (int i = 0; i < leaves; i++)
        {
            _weight[i] = (int)(sorted[i] >> 16);
        }

        int root = (2 * leaves) - 2;
        int leaf = 0, inner = leaves;
        for (int next = leaves; next <= root; next++)
        {
            _weight[next] = 0;
            for (int child = 0; child < 2; child++)
            {
                int least = leaf < leaves && (inner == next || _weight[leaf] <= _weight[inner]) ? leaf++ : inner++;
                _weight[next] += _weight[least];
                _parent[least] = next;
            }
        }

        _depth[root] = 0;
        for (int i = root - 1; i >= 0; i--)
        {
            _depth[i] = _depth[_parent[i]] + 1;
            if (i < leaves)
            {
                codesOfLength[Math.Min(_depth[i], _limit)]++;
            }
        }

        Repair(codesOfLength);
    }

    /// <summary>
    /// What was cut down to the limit takes more than the whole code space. One unit too much is given back by moving a leaf from the limit to
    /// beside the deepest leaf above it.
    /// </summary>
    private void Repair(Span<int> codesOfLength)
    {
        int total = 0;
        for (int length = 1; length <= _limit; length++)
        {
            total += codesOfLength[length] << (_limit - length);
        }

        for (; total > 1 << _limit; total--)
        {
            int above = _limit - 1;
            while (codesOfLength[above] == 0)
            {
                above--;
            }

            codesOfLength[_limit]--;
            codesOfLength[above]--;
            codesOfLength[above + 1] += 2;
        }
    }

    private void Assign(ReadOnlySpan<long> sorted, Span<int> codesOfLength)
    {
        Array.Clear(Lengths);
        Array.Clear(Entries);
        Span<uint> next = stackalloc uint[16];
        uint code = 0;
        int rarest = 0;
        next.Clear();
        for (int length = 1; length <= _limit; length++)
        {
            next[length] = code;
            code = (code + (uint)codesOfLength[length]) << 1;
        }

        // The rarest have the longest codes.
        for (int length = _limit; length > 0; length--)
        {
            foreach (long symbol in sorted.Slice(rarest, codesOfLength[length]))
            {
                Lengths[(ushort)symbol] = (byte)length;
            }

            rarest += codesOfLength[length];
        }

        for (int symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int length = Lengths[symbol];
            if (length > 0)
            {
                Entries[symbol] = (Reverse(next[length]++) >> (32 - length) << 8) | (uint)length;
            }
        }
    }

    /// <summary>Deflate sends codes from their highest bit on, and everything else from the lowest.</summary>
    private static uint Reverse(uint value)
    {
        value = ((value >> 1) & 0x55555555) | ((value & 0x55555555) << 1);
        value = ((value >> 2) & 0x33333333) | ((value & 0x33333333) << 2);
        value = ((value >> 4) & 0x0f0f0f0f) | ((value & 0x0f0f0f0f) << 4);
        return BinaryPrimitives.ReverseEndianness(value);
    }
}
