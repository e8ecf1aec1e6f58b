using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MailBackup.Sources.Content;

/// <summary>
/// Decodes encoded words (RFC 2047): <c>=?utf-8?Q?Gr=C3=BC=C3=9Fe?=</c>. Blanks between two of them vanish (§6.2), and the bytes of neighbours
/// in one charset are joined before they are decoded, because many mailers split a character between words. What cannot be decoded stays as it stands.
/// </summary>
internal static class EncodedWords
{
    public static string Decode(ReadOnlySpan<byte> text)
    {
        var output = new StringBuilder(text.Length);
        byte[] pending = ArrayPool<byte>.Shared.Rent(text.Length);
        int length = 0;
        Encoding? charset = null;
        int plain = 0;
        int at = 0;
        int found;
        while ((found = text[at..].IndexOf("=?"u8)) >= 0)
        {
            at += found;
            if (!TryParse(text[at..], out var name, out bool base64, out var payload, out int consumed))
            {
                at += 2;
                continue;
            }

            if (Charsets.Find(name) is not { } next)
            {
                at += consumed;
                continue;
            }

            var between = text[plain..at];
            if (between.ContainsAnyExcept(" \t"u8))
            {
                Flush();
                output.Append(Charsets.Guess(between));
            }
            else if (charset != next)
            {
                Flush();
            }

            charset = next;
            length += base64 ? FromBase64(payload, pending.AsSpan(length)) : QuotedPrintable.Decode(payload, pending.AsSpan(length), underscoreIsSpace: true);
            at += consumed;
            plain = at;
        }

        Flush();
        output.Append(Charsets.Guess(text[plain..]));
        ArrayPool<byte>.Shared.Return(pending);
        return output.ToString();

        void Flush()
        {
            if (charset is not null && length > 0)
            {
                output.Append(charset.GetString(pending, 0, length));
            }

            length = 0;
        }
    }

    /// <summary><c>=?charset*language?encoding?payload?=</c> (RFC 2047 §2, RFC 2231 §5). Blanks in the payload are forbidden and common.</summary>
    private static bool TryParse(
        ReadOnlySpan<byte> text, out ReadOnlySpan<byte> charset, out bool base64, out ReadOnlySpan<byte> payload, out int consumed)
    {
        charset = payload = default;
        base64 = false;
        consumed = 0;
        var rest = text[2..];
        int mark = rest[..Math.Min(rest.Length, 80)].IndexOf((byte)'?');
        if (mark <= 0 || rest.Length < mark + 5 || rest[mark + 2] != '?' || rest[..mark].ContainsAny(" \t"u8))
        {
            return false;
        }

        charset = rest[..mark];
        int language = charset.IndexOf((byte)'*');
        charset = language < 0 ? charset : charset[..language];
        int encoding = rest[mark + 1] | 0x20;
        base64 = encoding == 'b';
        rest = rest[(mark + 3)..];
        int end = rest.IndexOf("?="u8);
        if (end < 0 || (!base64 && encoding != 'q'))
        {
            return false;
        }

        payload = rest[..end];
        consumed = 2 + mark + 3 + end + 2;
        return true;
    }

    /// <summary>Takes what is there: padding may be missing and foreign characters may stand in between.</summary>
    private static int FromBase64(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        if (Base64.DecodeFromUtf8(payload, output, out _, out int written) == OperationStatus.Done)
        {
            return written;
        }

        written = 0;
        int bits = 0, count = 0;
        foreach (byte b in payload)
        {
            int value = b switch
            {
                >= (byte)'A' and <= (byte)'Z' => b - 'A',
                >= (byte)'a' and <= (byte)'z' => b - 'a' + 26,
                >= (byte)'0' and <= (byte)'9' => b - '0' + 52,
                (byte)'+' => 62,
                (byte)'/' => 63,
                _ => -1,
            };
            if (b == '=')
            {
                bits = count = 0;
            }
            else if (value >= 0)
            {
                bits = (bits << 6) | value;
                count += 6;
                if (count >= 8)
                {
                    count -= 8;
                    output[written++] = (byte)(bits >> count);
                    bits &= (1 << count) - 1;
                }
            }
        }

        return written;
    }
}
