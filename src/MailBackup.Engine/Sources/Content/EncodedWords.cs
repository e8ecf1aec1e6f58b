using System.Buffers;
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
            if (!TryParse(text[at..], out var name, out bool base64, out var payload, out int consumed, out bool hopeless))
            {
                if (hopeless)
                {
                    break;
                }

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
            length += base64 ? Base64Text.Decode(payload, pending.AsSpan(length)) : QuotedPrintable.Decode(payload, pending.AsSpan(length), underscoreIsSpace: true);
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
    /// <param name="hopeless">No end of a word follows anywhere: without looking for it again and again, the time stays linear.</param>
    private static bool TryParse(
        ReadOnlySpan<byte> text, out ReadOnlySpan<byte> charset, out bool base64, out ReadOnlySpan<byte> payload, out int consumed,
        out bool hopeless)
    {
        charset = payload = default;
        base64 = hopeless = false;
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
        if (!base64 && encoding != 'q')
        {
            return false;
        }

        rest = rest[(mark + 3)..];
        int end = rest.IndexOf("?="u8);
        if (end < 0)
        {
            hopeless = true;
            return false;
        }

        payload = rest[..end];
        consumed = 2 + mark + 3 + end + 2;
        return true;
    }
}
