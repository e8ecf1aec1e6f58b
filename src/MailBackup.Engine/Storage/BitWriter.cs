using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MailBackup.Storage;

/// <summary>
/// Writes bits from the lowest up, as deflate packs them. Always writes eight bytes and goes on by the whole ones among them, so eight bytes must
/// be left behind the last.
/// </summary>
internal ref struct BitWriter(Span<byte> output, ulong pending, int pendingCount)
{
    private readonly Span<byte> _output = output;

    /// <summary>Whole bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>Bits of a byte that is not whole yet.</summary>
    public ulong Pending { get; private set; } = pending;

    /// <summary>0 to 7.</summary>
    public int PendingCount { get; private set; } = pendingCount;

    /// <summary>At most 56 bits.</summary>
    public void Put(ulong value, int count)
    {
        ulong bits = Pending | (value << PendingCount);
        count += PendingCount;
        BinaryPrimitives.WriteUInt64LittleEndian(_output[Position..], bits);
        Position += count >> 3;
        Pending = bits >> (count & ~7);
        PendingCount = count & 7;
    }

    /// <summary>A code and its length as they stand in <see cref="HuffmanCode.Entries"/>.</summary>
    public void PutEntry(uint entry) => Put(entry >> 8, (byte)entry);

    /// <summary>Goes on at the next whole byte.</summary>
    public void Align() => Put(0, -PendingCount & 7);

    /// <summary>Whole bytes, which the caller has aligned.</summary>
    public void PutBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output[Position..]);
        Position += bytes.Length;
    }

    /// <summary>The codes of all <paramref name="input"/>, four to a write: no code may have more than 14 bits.</summary>
    public unsafe void PutAll(ReadOnlySpan<byte> input, ReadOnlySpan<uint> entries)
    {
        int inLoop = input.Length & ~3;
        fixed (byte* first = input, output = _output[Position..])
        fixed (uint* table = entries)
        {
            byte* to = output;
            ulong bits = Pending;
            int count = PendingCount;
            for (byte* from = first, end = first + inLoop; from < end; from += 4)
            {
                // Shifts take the low six bits of an entry, which is its length. Only the last step waits for the four before.
                uint a = table[from[0]], b = table[from[1]], c = table[from[2]], d = table[from[3]];
                ulong ab = (a >> 8) | ((ulong)(b >> 8) << (int)a);
                ulong cd = (c >> 8) | ((ulong)(d >> 8) << (int)c);
                bits |= (ab | (cd << (int)(a + b))) << count;
                count += (byte)(a + b + c + d);
                Unsafe.WriteUnaligned(to, BitConverter.IsLittleEndian ? bits : BinaryPrimitives.ReverseEndianness(bits));
                to += count >> 3;
                bits >>= count & ~7;
                count &= 7;
            }

            Position += (int)(to - output);
            Pending = bits;
            PendingCount = count;
        }

        foreach (byte one in input[inLoop..])
        {
            PutEntry(entries[one]);
        }
    }
}
