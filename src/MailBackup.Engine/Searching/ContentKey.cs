using System.Security.Cryptography;
using System.Text;
using MailBackup.Model;
using MailBackup.Searching.Text;

namespace MailBackup.Searching;

/// <summary>Sixteen bytes of SHA-256 that say which document a content belongs to.</summary>
internal readonly record struct ContentKey(UInt128 Value)
{
    /// <summary>The same for every item whose words are the same for certain without looking: same kind, same content, same name.</summary>
    public static ContentKey OfItem(ItemState state, Digest digest)
    {
        string name = state.Type == ItemType.Document ? state.Subject : "";
        Span<byte> bytes = stackalloc byte[1 + Digest.ByteLength];
        bytes[0] = (byte)state.Type;
        digest.CopyTo(bytes[1..]);
        return Of(bytes, name);
    }

    /// <summary>
    /// The same for all copies of a mail: what is searched of the header, what says how to read the body, and the body. Delivery fields differ
    /// from copy to copy and are not in it.
    /// </summary>
    public static ContentKey OfWords(MimeHeader header, Digest body)
    {
        Span<byte> bytes = stackalloc byte[1 + Digest.ByteLength];
        bytes[0] = 0xFF;
        body.CopyTo(bytes[1..]);
        return Of(bytes, string.Join('\0', header.Subject, header.Sender, header.Recipients, header.Type, header.Encoding, header.Charset, header.Boundary, header.Name, header.IsAttachment));
    }

    public byte[] ToArray()
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }

    private static ContentKey Of(ReadOnlySpan<byte> bytes, string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (text.Length == 0)
        {
            SHA256.HashData(bytes, hash);
        }
        else
        {
            SHA256.HashData([.. bytes, .. Encoding.UTF8.GetBytes(text)], hash);
        }

        return new ContentKey(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}
