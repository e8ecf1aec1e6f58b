using System.IO.Compression;
using System.Text;
using BenchmarkDotNet.Attributes;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Benchmarks;

/// <summary>What is done to every byte of content: digest, and compression of text and of base64.</summary>
[MemoryDiagnoser]
public class ContentBenchmarks
{
    private readonly BlobCompressor _compressor = new();
    private byte[] _text = [];
    private byte[] _base64 = [];
    private Digest _digest;

    /// <summary>Bytes of content.</summary>
    [Params(4 << 10, 256 << 10)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var words = "the mail backup keeps whole history of every item and puts any back at point in time".Split(' ');
        var text = new StringBuilder();
        while (text.Length < Size)
        {
            text.Append(words[random.Next(words.Length)]).Append(random.Next(9) == 0 ? "\r\n" : " ");
        }

        _text = Encoding.ASCII.GetBytes(text.ToString(0, Size));
        var bytes = new byte[Size];
        random.NextBytes(bytes);
        _base64 = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks))[..Size];
        _digest = Digest.Of(_text);
    }

    [Benchmark]
    public Digest DigestOf() => Digest.Of(_text);

    [Benchmark]
    public int CompressText() => _compressor.Compress(_digest, _text).Length;

    [Benchmark]
    public int CompressBase64() => _compressor.Compress(_digest, _base64).Length;

    /// <summary>The same by the framework's fastest level, to compare.</summary>
    [Benchmark(Baseline = true)]
    public long CompressBase64ByGzipFastest()
    {
        using var output = new MemoryStream(Size);
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(_base64);
        }

        return output.Length;
    }
}
