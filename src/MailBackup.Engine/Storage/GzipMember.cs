using System.Buffers.Binary;
using System.Text;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The header of one gzip member (RFC 1952 §2.3), which holds one blob: the extra field "MB" carries the length of the whole member and of the
/// content (two little-endian 64-bit numbers), the name field carries the digest. So a bundle describes itself.
/// </summary>
public static class GzipMember
{
    /// <summary>Bytes of the header that gzip itself writes; ours stands in its place.</summary>
    public const int PlainHeaderLength = 10;

    /// <summary>10 fixed bytes, 2 of extra length, 20 of extra field, the digest and its NUL.</summary>
    public const int HeaderLength = PlainHeaderLength + 2 + ExtraLength + Digest.TextLength + 1;

    /// <summary>The CRC-32 of the content and its length, modulo 2^32.</summary>
    public const int TrailerLength = 8;

    /// <summary>Header, an empty deflate stream and the trailer: nothing shorter is a member.</summary>
    public const int MinimumLength = HeaderLength + 2 + TrailerLength;

    private const int ExtraLength = 20;

    /// <summary>ID1 ID2, deflate, FEXTRA|FNAME, no time, no hint, Unix; then the extra length and the subfield's id and length.</summary>
    private static ReadOnlySpan<byte> Start =>
        [0x1f, 0x8b, 8, 0x0c, 0, 0, 0, 0, 0, 3, ExtraLength, 0, (byte)'M', (byte)'B', 16, 0];

    public static ReadOnlySpan<byte> Signature => Start;

    public static void WriteHeader(Span<byte> destination, Digest digest, long memberLength, long contentLength)
    {
        Start.CopyTo(destination);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], memberLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], contentLength);
        digest.Format(destination[32..]);
        destination[HeaderLength - 1] = 0;
    }

    public static void WriteTrailer(Span<byte> destination, uint crc, long contentLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, crc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)contentLength);
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> header, out GzipMemberHeader member)
    {
        member = default;
        if (header.Length < HeaderLength || !header.StartsWith(Start) || header[HeaderLength - 1] != 0)
        {
            return false;
        }

        long memberLength = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        long contentLength = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        Span<char> name = stackalloc char[Digest.TextLength];
        Encoding.Latin1.GetChars(header.Slice(32, Digest.TextLength), name);
        if (memberLength < MinimumLength || contentLength < 0 || !Digest.TryParse(name, out var digest))
        {
            return false;
        }

        member = new GzipMemberHeader(digest, memberLength, contentLength);
        return true;
    }
}
