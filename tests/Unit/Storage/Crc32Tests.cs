using System.Runtime.Intrinsics.X86;
using System.Text;
using MailBackup.Storage;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace MailBackup.Tests.Storage;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0x00000000)]
    [InlineData("a", 0xe8b7be43)]
    [InlineData("123456789", 0xcbf43926)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414fa339)]
    public void Known_vectors(string text, uint crc)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(crc, Crc32.Append(0, bytes));
        Assert.Equal(crc, Crc32.AppendSlicing(0, bytes));
    }

    [Fact]
    public void A_long_known_vector() => Assert.Equal(0xd7978eebu, Crc32.Append(0, new byte[64 << 10]));

    /// <summary>Against the definition, bit by bit, at every length, at odd addresses and with something before.</summary>
    [Fact]
    public void All_ways_are_equal()
    {
        var data = new byte[70_001];
        new Random(11).NextBytes(data);
        foreach (int length in Enumerable.Range(0, 301).Concat([1023, 1024, 4096, 65_535, 65_536, 70_000]))
        {
            foreach (uint before in (uint[])[0, 0x12345678, uint.MaxValue])
            {
                AssertAllEqual(before, data.AsSpan(length % 2, length));
            }
        }
    }

    [Fact]
    public void Content_may_come_in_pieces()
    {
        var data = new byte[5000];
        new Random(12).NextBytes(data);
        uint whole = Crc32.Append(0, data);
        for (int split = 0; split <= data.Length; split += 37)
        {
            Assert.Equal(whole, Crc32.Append(Crc32.Append(0, data.AsSpan(0, split)), data.AsSpan(split)));
        }
    }

    private static void AssertAllEqual(uint before, ReadOnlySpan<byte> data)
    {
        uint expected = Reference(before, data);
        Assert.Equal(expected, Crc32.AppendSlicing(before, data));
        Assert.Equal(expected, Crc32.Append(before, data));
        if (Pclmulqdq.IsSupported && data.Length >= Crc32.FoldMinimum)
        {
            Assert.Equal(expected, Crc32.AppendFolding(before, data));
        }

        if (ArmCrc32.Arm64.IsSupported)
        {
            Assert.Equal(expected, Crc32.AppendArm(before, data));
        }
    }

    private static uint Reference(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        foreach (byte one in data)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xedb88320;
            }
        }

        return ~crc;
    }
}
