using System.IO.Compression;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// Turns content into a gzip member in a buffer that is used again and again. One compressor a thread.
/// </summary>
/// <remarks>
/// The strategy is chosen by content. Base64 of what is compressed already (attachments) gives deflate nothing to find but its 6-bit alphabet, so
/// it is coded by Huffman alone, many times as fast; the rest is text and is searched for matches.
/// </remarks>
internal sealed class BlobCompressor : IDisposable
{
    private const int SampleLines = 256;

    /// <summary>Wherever it begins, a window has a whole line of base64 in it.</summary>
    private const int Window = 160;

    private static readonly ZLibCompressionOptions Text = new() { CompressionLevel = 2 };

    private readonly MemoryStream _buffer = new(64 << 10);
    private readonly HuffmanDeflate _huffman = new();

    /// <summary>The member, good until the next call.</summary>
    public ReadOnlySpan<byte> Compress(Digest digest, ReadOnlySpan<byte> content)
    {
        Begin();
        if (IsMostlyBase64(content))
        {
            CompressBase64(content);
        }
        else
        {
            using var gzip = new GZipStream(_buffer, Text, leaveOpen: true);
            gzip.Write(content);
        }

        Finish(_buffer, digest, content.Length);
        return _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length);
    }

    /// <summary>
    /// Compresses to a seekable stream whose first <see cref="GzipMember.HeaderLength"/> bytes are completed by <see cref="Finish"/>, when digest and
    /// length are known: for content that does not fit in memory.
    /// </summary>
    public static Stream BeginStream(Stream output, ReadOnlySpan<byte> sample)
    {
        bool base64 = IsMostlyBase64(sample);
        output.SetLength(0);
        output.Write(new byte[base64 ? GzipMember.HeaderLength : GzipMember.HeaderLength - GzipMember.PlainHeaderLength]);
        return base64 ? new HuffmanGzipStream(output) : new GZipStream(output, Text, leaveOpen: true);
    }

    /// <summary>Puts our header in the place of gzip's own.</summary>
    public static void Finish(Stream output, Digest digest, long contentLength)
    {
        Span<byte> header = stackalloc byte[GzipMember.HeaderLength];
        GzipMember.WriteHeader(header, digest, output.Length, contentLength);
        output.Position = 0;
        output.Write(header);
    }

    public void Dispose() => _buffer.Dispose();

    /// <summary>
    /// True when most bytes stand in lines of the shape that MIME gives base64 (RFC 2045 §6.8): 60 to 76 characters of its alphabet. Lines are
    /// sampled evenly, so that the cost does not grow with the content.
    /// </summary>
    internal static bool IsMostlyBase64(ReadOnlySpan<byte> content)
    {
        if (content.Length < 1024)
        {
            return false;
        }

        int step = Math.Max(content.Length / SampleLines, Window);
        int samples = 0, base64 = 0;
        for (int at = 0; at < content.Length; at += step)
        {
            samples++;
            var window = content[at..Math.Min(at + Window, content.Length)];
            int start = window.IndexOf((byte)'\n') + 1;
            int end = window[start..].IndexOf((byte)'\n');
            if (start > 0 && end >= 0)
            {
                var line = window.Slice(start, end).TrimEnd((byte)'\r');
                if (line.Length is >= 60 and <= 76 && !line.ContainsAnyExcept(Alphabet))
                {
                    base64++;
                }
            }
        }

        return base64 * 4 > samples * 3;
    }

    private static readonly System.Buffers.SearchValues<byte> Alphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    private void Begin()
    {
        // A buffer that one large blob has blown up is not kept.
        if (_buffer.Capacity > 4 << 20)
        {
            _buffer.SetLength(0);
            _buffer.Capacity = 64 << 10;
        }

        _buffer.SetLength(GzipMember.HeaderLength - GzipMember.PlainHeaderLength);
        _buffer.Position = _buffer.Length;
    }

    private void CompressBase64(ReadOnlySpan<byte> content)
    {
        _buffer.SetLength(GzipMember.HeaderLength + HuffmanDeflate.Bound(content.Length) + GzipMember.TrailerLength);
        var member = _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length);
        int end = GzipMember.HeaderLength + _huffman.Compress(content, member[GzipMember.HeaderLength..]);
        GzipMember.WriteTrailer(member[end..], Crc32.Append(0, content), content.Length);
        _buffer.SetLength(end + GzipMember.TrailerLength);
    }
}
