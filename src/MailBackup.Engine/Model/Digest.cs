using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace MailBackup.Model;

/// <summary>
/// The SHA-256 of uncompressed content. As text it is the unpadded base64 form with <c>/</c> written as <c>,</c>
/// (43 characters), so that it can stand in a file name.
/// </summary>
public readonly struct Digest : IEquatable<Digest>
{
    public const int ByteLength = 32;
    public const int TextLength = 43;

    private readonly ulong _a, _b, _c, _d;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ByteLength)
        {
            throw new ArgumentException($"A digest has {ByteLength} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
    }

    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[ByteLength];
        SHA256.HashData(content, hash);
        return new Digest(hash);
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _d);
    }

    /// <summary>The first 16 bytes: enough to tell any two contents apart, and half the memory.</summary>
    internal UInt128 Half() => new(_a, _b);

    public byte[] ToArray()
    {
        var bytes = new byte[ByteLength];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 43 ASCII bytes of the text form.</summary>
    public void Format(Span<byte> destination)
    {
        Span<byte> raw = stackalloc byte[ByteLength];
        Span<byte> text = stackalloc byte[TextLength + 1];
        CopyTo(raw);
        System.Buffers.Text.Base64.EncodeToUtf8(raw, text, out _, out _);
        text[..TextLength].Replace((byte)'/', (byte)',');
        text[..TextLength].CopyTo(destination);
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[TextLength];
        Format(text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>Reads the text form; padding and a <c>/</c> for <c>,</c> are accepted too.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Digest digest)
    {
        digest = default;
        text = text.TrimEnd('=');
        if (text.Length != TextLength)
        {
            return false;
        }

        Span<char> base64 = stackalloc char[TextLength + 1];
        text.CopyTo(base64);
        base64[..TextLength].Replace(',', '/');
        base64[TextLength] = '=';
        Span<byte> raw = stackalloc byte[ByteLength];
        if (!Convert.TryFromBase64Chars(base64, raw, out int written) || written != ByteLength)
        {
            return false;
        }

        digest = new Digest(raw);
        return true;
    }

    public static Digest Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not a digest.");

    public bool Equals(Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Digest other && Equals(other);

    /// <summary>A digest is uniformly distributed: any part of it is a good hash.</summary>
    public override int GetHashCode() => (int)_a;

    public static bool operator ==(Digest left, Digest right) => left.Equals(right);
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);
}
