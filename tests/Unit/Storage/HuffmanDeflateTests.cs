using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using MailBackup.Model;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public sealed class HuffmanDeflateTests : IDisposable
{
    private const int Block = HuffmanDeflate.BlockLength;

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Shapes => [.. Contents.Keys];

    private static Dictionary<string, byte[]> Contents { get; } = new()
    {
        ["empty"] = [],
        ["one byte"] = "x"u8.ToArray(),
        ["one symbol"] = Repeat("a"u8, 100_000),
        ["the first symbol"] = new byte[100_000],
        ["the last symbol"] = Repeat([255], 100_000),
        ["two symbols"] = Repeat("ab"u8, 5001),
        ["all symbols alike"] = Repeat([.. Enumerable.Range(0, 256).Select(i => (byte)i)], 200_000),
        ["all symbols, one often"] = [.. Repeat("z"u8, 60_000), .. Enumerable.Range(0, 256).Select(i => (byte)i)],
        ["Fibonacci"] = Fibonacci(),
        ["random"] = RandomBytes(200_000, 1),
        ["random, then base64"] = [.. RandomBytes(Block, 2), .. Base64(90_000, 2), .. RandomBytes(Block + 3, 3)],
        ["base64 and CRLF"] = Base64(300_000, 4),
        ["base64 and LF"] = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Base64(300_000, 5)).Replace("\r", "", StringComparison.Ordinal)),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_shape_comes_back(string shape)
    {
        AssertComesBack(Contents[shape]);
        AssertGunzips(Contents[shape]);
    }

    [Fact]
    public void Sizes_around_the_block_come_back()
    {
        var random = RandomBytes((3 * Block) + 20, 6);
        var base64 = Base64(3 * Block, 7);
        for (int blocks = 0; blocks <= 2; blocks++)
        {
            for (int more = Math.Max(-9, -blocks * Block); more <= 9; more++)
            {
                AssertComesBack(random[..((blocks * Block) + more)]);
                AssertComesBack(base64[..((blocks * Block) + more)]);
            }
        }
    }

    /// <summary>Alphabets of all sizes, with frequencies from even to very skewed, and pieces of different kind behind each other.</summary>
    [Fact]
    public void Whatever_there_is_comes_back()
    {
        var random = new Random(8);
        for (int round = 0; round < 400; round++)
        {
            var content = new List<byte>();
            for (int piece = random.Next(1, 4); piece > 0; piece--)
            {
                int symbols = random.Next(1, 257), first = random.Next(256);
                double skew = Math.Pow(2, random.Next(-1, 6));
                int length = random.Next(4) == 0 ? random.Next(2 * Block) : random.Next(3000);
                for (int i = 0; i < length; i++)
                {
                    content.Add((byte)(first + (int)(symbols * Math.Pow(random.NextDouble(), skew))));
                }
            }

            AssertComesBack([.. content]);
        }
    }

    [Theory]
    [InlineData(14, 257)]
    [InlineData(7, 19)]
    public void A_code_is_complete_and_within_its_limit(int limit, int symbols)
    {
        var random = new Random(9);
        var code = new HuffmanCode(symbols, limit);
        for (int round = 0; round < 2000; round++)
        {
            var frequencies = new int[symbols];
            int used = random.Next(2, symbols + 1);
            for (int i = 0; i < used; i++)
            {
                frequencies[random.Next(symbols)] = round % 2 == 0 ? random.Next(1, 200) : 1 << random.Next(16);
            }

            frequencies[0] = Math.Max(frequencies[0], 1);
            frequencies[1] = Math.Max(frequencies[1], 1);
            code.Build(frequencies);
            Assert.Equal(1 << limit, code.Lengths.Where(n => n > 0).Sum(n => 1 << (limit - n)));
            Assert.All(Enumerable.Range(0, symbols), i => Assert.Equal(frequencies[i] > 0, code.Lengths[i] > 0));
            Assert.All(Enumerable.Range(0, symbols), i => Assert.Equal(code.Lengths[i], (byte)code.Entries[i]));
        }
    }

    [Fact]
    public void What_does_not_shrink_hardly_grows()
    {
        var content = RandomBytes(10 * Block, 10);
        Assert.Equal(content.Length + (10 * 5), Deflate(content).Length);
    }

    [Fact]
    public void Base64_becomes_as_small_as_by_zlib()
    {
        var content = Contents["base64 and CRLF"];
        using var zlib = new MemoryStream();
        var options = new ZLibCompressionOptions { CompressionLevel = 1, CompressionStrategy = ZLibCompressionStrategy.HuffmanOnly };
        using (var deflate = new DeflateStream(zlib, options, leaveOpen: true))
        {
            deflate.Write(content);
        }

        Assert.InRange(Deflate(content).Length, 0, zlib.Length * 1.005);
    }

    [Fact]
    public void The_compressor_makes_members_of_base64_in_memory_and_in_a_spool()
    {
        using var compressor = new BlobCompressor();
        foreach (int size in (int[])[5_000_000, 1500, 60_000, 1_000_000])
        {
            var content = Base64(size, size);
            Assert.True(BlobCompressor.IsMostlyBase64(content));
            var member = compressor.Compress(Digest.Of(content), content).ToArray();
            Assert.True(GzipMember.TryReadHeader(member, out var header));
            Assert.Equal(new GzipMemberHeader(Digest.Of(content), member.Length, content.Length), header);
            Assert.Equal(content, Unzip(member));

            using var spool = new MemoryStream();
            using (var stream = BlobCompressor.BeginStream(spool, content.AsSpan(0, 1400)))
            {
                for (int at = 0; at < content.Length; at += 99_999)
                {
                    stream.Write(content.AsSpan(at, Math.Min(99_999, content.Length - at)));
                }
            }

            BlobCompressor.Finish(spool, Digest.Of(content), content.Length);
            Assert.Equal(member, spool.ToArray());
        }
    }

    /// <summary>The frequencies for which Huffman's tree is deepest: far over the limit.</summary>
    private static byte[] Fibonacci()
    {
        var content = new List<byte>();
        for ((int symbol, int a, int b) = (0, 1, 1); content.Count + a < Block; symbol++, (a, b) = (b, a + b))
        {
            content.AddRange(Enumerable.Repeat((byte)(symbol * 7), a));
        }

        var shuffled = content.ToArray();
        new Random(13).Shuffle(shuffled);
        return shuffled;
    }

    private static byte[] Repeat(ReadOnlySpan<byte> unit, int length)
    {
        var content = new byte[length];
        for (int i = 0; i < length; i++)
        {
            content[i] = unit[i % unit.Length];
        }

        return content;
    }

    private static byte[] RandomBytes(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static byte[] Base64(int length, int seed) =>
        Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomBytes(length, seed), Base64FormattingOptions.InsertLineBreaks));

    private static byte[] Deflate(byte[] content)
    {
        var output = new byte[HuffmanDeflate.Bound(content.Length)];
        return output[..new HuffmanDeflate().Compress(content, output)];
    }

    /// <summary>A member with gzip's plain header.</summary>
    private static byte[] Zip(byte[] content)
    {
        var trailer = new byte[GzipMember.TrailerLength];
        GzipMember.WriteTrailer(trailer, Crc32.Append(0, content), content.Length);
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, .. Deflate(content), .. trailer];
    }

    private static byte[] Unzip(byte[] member)
    {
        using var gzip = new GZipStream(new MemoryStream(member), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static void AssertComesBack(byte[] content) => Assert.True(content.AsSpan().SequenceEqual(Unzip(Zip(content))));

    /// <summary>gzip has a decoder of its own, which is strict about incomplete codes.</summary>
    private void AssertGunzips(byte[] content)
    {
        string zipped = Path.Combine(_folder.Path, "content.gz"), plain = Path.Combine(_folder.Path, "content");
        File.WriteAllBytes(zipped, Zip(content));
        using var process = Process.Start("sh", ["-c", $"gunzip -t '{zipped}' && gunzip -c '{zipped}' > '{plain}'"]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(plain)));
    }
}
