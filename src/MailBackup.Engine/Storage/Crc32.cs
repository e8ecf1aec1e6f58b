using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace MailBackup.Storage;

/// <summary>The CRC-32 of gzip (RFC 1952 §8), by the fastest way that the processor has.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xedb88320;

    /// <summary>Eight tables of 256: the n-th takes a byte that n bytes follow.</summary>
    private static readonly uint[] Tables = CreateTables();

    /// <summary>The CRC of what had <paramref name="crc"/> (0 for nothing) with <paramref name="data"/> behind it.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        if (Pclmulqdq.IsSupported && data.Length >= FoldMinimum)
        {
            return AppendFolding(crc, data);
        }

        return ArmCrc32.Arm64.IsSupported ? AppendArm(crc, data) : AppendSlicing(crc, data);
    }

    /// <summary>Below this, folding does not pay (and does not work).</summary>
    internal const int FoldMinimum = 4 * 16;

    /// <summary>
    /// Folds 64 bytes onto the next 64 by carry-less multiplication: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
    /// Instruction", Intel 2009. The last 16 bytes of the fold are congruent to all before, so the tables finish them.
    /// </summary>
    internal static uint AppendFolding(uint crc, ReadOnlySpan<byte> data)
    {
        // x^(512+64), x^512 and x^(128+64), x^128 modulo the polynomial, bit-reflected.
        var by64 = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL);
        var by16 = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL);

        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        var a = blocks[0] ^ Vector128.CreateScalar((ulong)~crc);
        var b = blocks[1];
        var c = blocks[2];
        var d = blocks[3];
        int at = 4;
        for (; at <= blocks.Length - 4; at += 4)
        {
            a = Fold(a, by64) ^ blocks[at];
            b = Fold(b, by64) ^ blocks[at + 1];
            c = Fold(c, by64) ^ blocks[at + 2];
            d = Fold(d, by64) ^ blocks[at + 3];
        }

        a = Fold(a, by16) ^ b;
        a = Fold(a, by16) ^ c;
        a = Fold(a, by16) ^ d;
        for (; at < blocks.Length; at++)
        {
            a = Fold(a, by16) ^ blocks[at];
        }

        Span<byte> rest = stackalloc byte[16];
        MemoryMarshal.Write(rest, a);
        return AppendSlicing(~Update(0, rest), data[(at * 16)..]);
    }

    internal static uint AppendArm(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        for (; data.Length >= 8; data = data[8..])
        {
            crc = ArmCrc32.Arm64.ComputeCrc32(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (byte one in data)
        {
            crc = ArmCrc32.ComputeCrc32(crc, one);
        }

        return ~crc;
    }

    internal static uint AppendSlicing(uint crc, ReadOnlySpan<byte> data) => ~Update(~crc, data);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    /// <summary>The bare remainder, without the complements before and after that make it a CRC.</summary>
    private static uint Update(uint remainder, ReadOnlySpan<byte> data)
    {
        var t = Tables;
        for (; data.Length >= 8; data = data[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ remainder;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            remainder = t[0x700 + (byte)low] ^ t[0x600 + (byte)(low >> 8)] ^ t[0x500 + (byte)(low >> 16)] ^ t[0x400 + (low >> 24)]
                ^ t[0x300 + (byte)high] ^ t[0x200 + (byte)(high >> 8)] ^ t[0x100 + (byte)(high >> 16)] ^ t[high >> 24];
        }

        foreach (byte one in data)
        {
            remainder = t[(byte)(remainder ^ one)] ^ (remainder >> 8);
        }

        return remainder;
    }

    private static uint[] CreateTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint remainder = i;
            for (int bit = 0; bit < 8; bit++)
            {
                remainder = (remainder >> 1) ^ ((remainder & 1) * Polynomial);
            }

            tables[i] = remainder;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint before = tables[i - 256];
            tables[i] = tables[(byte)before] ^ (before >> 8);
        }

        return tables;
    }
}
