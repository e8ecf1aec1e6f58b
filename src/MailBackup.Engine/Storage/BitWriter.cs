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
        int inLoop = input.Length & ~7;
        fixed (byte* first = input, output = _output[Position..])
        fixed (uint* table = entries)
        {
            byte* to = output;
            ulong bits = Pending;
            int count = PendingCount;
            for (byte* from = first, end = first + inLoop; from < end; from += 8)
            {
                ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(from, 8));
                PutFour((uint)eight, table, ref to, ref bits, ref count);
                PutFour((uint)(eight >> 32), table, ref to, ref bits, ref count);
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

    /// <summary>Only the last step waits for the four before. Shifts take the low six bits of an entry, which is its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void PutFour(uint four, uint* table, ref byte* to, ref ulong bits, ref int count)
    {
        uint a = table[(byte)four];
        uint b = table[(byte)(four >> 8)];
        uint c = table[(byte)(four >> 16)];
        uint d = table[four >> 24];
        ulong ab = (a >> 8) | ((ulong)(b >> 8) << (int)a);
        ulong cd = (c >> 8) | ((ulong)(d >> 8) << (int)c);
        ulong abcd = ab | (cd << (int)(a + b));
        bits |= abcd << count;
        count += (byte)(a + b + c + d);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(to, 8), bits);
        to += count >> 3;
        bits >>= count & ~7;
        count &= 7;
    }
}
