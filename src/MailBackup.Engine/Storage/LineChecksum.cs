using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// The checksum that ends every journal line: the first 12 bytes of SHA-256 over the checksum of the line before (16 ASCII bytes; for the first
/// line of a journal the journal's name) and the line up to its <c>,"check"</c> property, as base64url. A torn, damaged, removed or altered line
/// breaks the chain.
/// </summary>
public static class LineChecksum
{
    public const int Length = 16;

    private const int HashBytes = 12;

    /// <summary>What stands between the payload of a line and its checksum.</summary>
    private static ReadOnlySpan<byte> Mark => ",\"check\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>Bytes that <see cref="Seal"/> adds to a payload, the line feed included.</summary>
    public static int Overhead => Mark.Length + Length + End.Length + 1;

    /// <summary>
    /// 96 bits: two lines of one checksum are not met by accident (one in 8·10^28), and making a line that fits a given checksum costs 2^96 trials. It has no
    /// secret: who may write the journal can compute a new chain. An anchor kept elsewhere shows that.
    /// </summary>
    /// <param name="payload">A JSON object without its closing brace.</param>
    /// <param name="previous">The checksum of the line before, or the name of the journal.</param>
    public static void Compute(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> previous, Span<byte> check)
    {
        int total = previous.Length + payload.Length;
        byte[]? rented = null;
        Span<byte> input = total <= 2048 ? stackalloc byte[total] : (rented = System.Buffers.ArrayPool<byte>.Shared.Rent(total)).AsSpan(0, total);
        previous.CopyTo(input);
        payload.CopyTo(input[previous.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        if (rented is not null)
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }

        Base64Url.EncodeToUtf8(hash[..HashBytes], check, out _, out _);
    }

    /// <summary>Writes <c>,"check":"…"}</c> and a line feed behind the payload at the start of <paramref name="line"/>.</summary>
    public static void Seal(Span<byte> line, int payloadLength, ReadOnlySpan<byte> previous, Span<byte> check)
    {
        Compute(line[..payloadLength], previous, check);
        var rest = line[payloadLength..];
        Mark.CopyTo(rest);
        check.CopyTo(rest[Mark.Length..]);
        End.CopyTo(rest[(Mark.Length + Length)..]);
        rest[Mark.Length + Length + End.Length] = (byte)'\n';
    }

    /// <summary>Verifies a line (without its line feed) and gives its checksum.</summary>
    public static bool TryVerify(ReadOnlySpan<byte> line, ReadOnlySpan<byte> previous, Span<byte> check)
    {
        if (!TryGet(line, check, out int payloadLength))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Length];
        Compute(line[..payloadLength], previous, expected);
        return expected.SequenceEqual(check);
    }

    /// <summary>Reads the checksum that a line states.</summary>
    public static bool TryGet(ReadOnlySpan<byte> line, Span<byte> check, out int payloadLength)
    {
        payloadLength = line.Length - Mark.Length - Length - End.Length;
        if (payloadLength < 1 || !line[payloadLength..].StartsWith(Mark) || !line.EndsWith(End))
        {
            return false;
        }

        line.Slice(payloadLength + Mark.Length, Length).CopyTo(check);
        return true;
    }

    public static byte[] Bytes(string check) => Encoding.UTF8.GetBytes(check);
}
