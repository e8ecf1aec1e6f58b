namespace MailBackup.Storage;

/// <summary>
/// A deflate encoder (RFC 1951) that does not search for matches, for content that has none: each block is coded by Huffman alone, or stored where
/// that does not make it smaller.
/// </summary>
internal sealed class HuffmanDeflate
{
    /// <summary>What a stored block can hold at most.</summary>
    public const int BlockLength = ushort.MaxValue;

    private const int EndOfBlock = 256;

    /// <summary>Deflate allows 15, but of 14 bits four go into one write, and what it costs is not measurable.</summary>
    private const int CodeLimit = 14;

    /// <summary>
    /// No distance is ever sent, but a code for them must be. Some decoders refuse an empty or incomplete one, so it has two codes of one bit, as
    /// zlib gives it.
    /// </summary>
    private const int DistanceCodes = 2;

    private readonly HuffmanCode _literals = new(EndOfBlock + 1, CodeLimit);
    private readonly CodeLengthRuns _header = new();
    private readonly byte[] _lengths = new byte[EndOfBlock + 1 + DistanceCodes];
    private readonly int[] _counters = new int[4 * 256];
    private readonly int[] _frequencies = new int[EndOfBlock + 1];
    private ulong _pending;
    private int _pendingCount;

    /// <summary>Bytes that must be at hand for the output; not all will be used.</summary>
    public static int Bound(int length) => length + (((length / BlockLength) + 1) * 6) + 16;

    /// <summary>Writes a whole deflate stream and gives its length.</summary>
    public int Compress(ReadOnlySpan<byte> content, Span<byte> output)
    {
        Reset();
        int written = 0;
        for (; content.Length > BlockLength; content = content[BlockLength..])
        {
            written += WriteBlock(content[..BlockLength], last: false, output[written..]);
        }

        return written + WriteBlock(content, last: true, output[written..]);
    }

    /// <summary>Forgets a stream that has not come to its end.</summary>
    public void Reset() => (_pending, _pendingCount) = (0, 0);

    /// <summary>Writes the next block, of at most <see cref="BlockLength"/>; bits of its last byte may wait for the next one.</summary>
    public int WriteBlock(ReadOnlySpan<byte> block, bool last, Span<byte> output)
    {
        // Codes are written without a look at the end of the output.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(block.Length, BlockLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, Bound(block.Length));
        var bits = new BitWriter(output, _pending, _pendingCount);
        if (block.IsEmpty || PrepareCode(block) >= (block.Length + 4) * 8L)
        {
            WriteStored(block, last, ref bits);
        }
        else
        {
            WriteCoded(block, last, ref bits);
        }

        if (last)
        {
            bits.Align();
        }

        (_pending, _pendingCount) = (bits.Pending, bits.PendingCount);
        return bits.Position;
    }

    private static void WriteStored(ReadOnlySpan<byte> block, bool last, ref BitWriter bits)
    {
        bits.Put(last ? 0b001u : 0b000u, 3);
        bits.Align();
        bits.Put((uint)block.Length | ((uint)~block.Length << 16), 32);
        bits.PutBytes(block);
    }

    private void WriteCoded(ReadOnlySpan<byte> block, bool last, ref BitWriter bits)
    {
        bits.Put(last ? 0b101u : 0b100u, 3);
        bits.Put(EndOfBlock + 1 - 257, 5);
        bits.Put(DistanceCodes - 1, 5);
        _header.Write(ref bits);
        bits.PutAll(block, _literals.Entries);
        bits.PutEntry(_literals.Entries[EndOfBlock]);
    }

    /// <summary>Gives the bits that the block will have, coded.</summary>
    private long PrepareCode(ReadOnlySpan<byte> block)
    {
        Count(block);
        _literals.Build(_frequencies);
        _literals.Lengths.CopyTo(_lengths, 0);
        _lengths.AsSpan(EndOfBlock + 1).Fill(1);
        _header.Build(_lengths);
        long bits = 3 + 5 + 5 + _header.Bits;
        for (int symbol = 0; symbol <= EndOfBlock; symbol++)
        {
            bits += (long)_frequencies[symbol] * _literals.Lengths[symbol];
        }

        return bits;
    }

    /// <summary>Equal bytes in a row would wait for each other at one counter; so there are four.</summary>
    private unsafe void Count(ReadOnlySpan<byte> block)
    {
        Array.Clear(_counters);
        int inLoop = block.Length & ~7;
        fixed (byte* first = block)
        fixed (int* a = _counters)
        {
            int* b = a + 256, c = a + 512, d = a + 768;
            for (byte* at = first, end = first + inLoop; at < end; at += 8)
            {
                a[at[0]]++;
                b[at[1]]++;
                c[at[2]]++;
                d[at[3]]++;
                a[at[4]]++;
                b[at[5]]++;
                c[at[6]]++;
                d[at[7]]++;
            }

            foreach (byte one in block[inLoop..])
            {
                a[one]++;
            }

            for (int i = 0; i < 256; i++)
            {
                _frequencies[i] = a[i] + b[i] + c[i] + d[i];
            }
        }

        _frequencies[EndOfBlock] = 1;
    }
}
