using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailBackup.Sources;

/// <summary>
/// Names of mailboxes as IMAP4rev1 and Maildir++ write them (RFC 3501 §5.1.3): printable ASCII stands for itself, <c>&amp;</c> is
/// <c>&amp;-</c>, everything else is UTF-16 in base64 with <c>,</c> for <c>/</c> between <c>&amp;</c> and <c>-</c>.
/// </summary>
internal static class ModifiedUtf7
{
    /// <param name="alsoEncode">Printable characters that cannot stand for themselves where the name is used, as the dot of Maildir++.</param>
    public static string Encode(ReadOnlySpan<char> text, string alsoEncode = "")
    {
        var result = new StringBuilder(text.Length + 8);
        for (int i = 0; i < text.Length;)
        {
            if (IsDirect(text[i], alsoEncode))
            {
                result.Append(text[i] == '&' ? "&-" : text.Slice(i, 1));
                i++;
                continue;
            }

            int start = i;
            while (i < text.Length && !IsDirect(text[i], alsoEncode))
            {
                i++;
            }

            var utf16 = new byte[(i - start) * 2];
            for (int c = start; c < i; c++)
            {
                utf16[(c - start) * 2] = (byte)(text[c] >> 8);
                utf16[((c - start) * 2) + 1] = (byte)text[c];
            }

            result.Append('&').Append(Convert.ToBase64String(utf16).TrimEnd('=').Replace('/', ',')).Append('-');
        }

        return result.ToString();
    }

    /// <summary>
    /// Decodes a name; characters beyond ASCII are taken as they are, because servers set to UTF-8 write them so. False when the name is not
    /// well formed or stands for control characters or half characters, which no folder path can carry.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> name, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var result = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length;)
        {
            if (char.IsControl(name[i]))
            {
                return false;
            }

            if (name[i] != '&')
            {
                result.Append(name[i++]);
                continue;
            }

            int end = name[i..].IndexOf('-');
            if (end < 0)
            {
                return false;
            }

            var encoded = name.Slice(i + 1, end - 1);
            i += end + 1;
            if (encoded.IsEmpty)
            {
                result.Append('&');
            }
            else if (!TryDecodeRun(encoded, result))
            {
                return false;
            }
        }

        text = result.ToString();
        return true;
    }

    private static bool IsDirect(char c, string alsoEncode) => c is >= ' ' and <= '~' && !alsoEncode.Contains(c);

    private static bool TryDecodeRun(ReadOnlySpan<char> encoded, StringBuilder result)
    {
        int padding = (4 - (encoded.Length % 4)) % 4;
        if (padding == 3 || encoded.ContainsAny('/', '=', ' '))
        {
            return false;
        }

        Span<byte> base64 = encoded.Length < 256 ? stackalloc byte[encoded.Length + padding] : new byte[encoded.Length + padding];
        if (!Encoding.ASCII.TryGetBytes(encoded, base64, out _))
        {
            return false;
        }

        base64[..encoded.Length].Replace((byte)',', (byte)'/');
        base64[encoded.Length..].Fill((byte)'=');
        if (Base64.DecodeFromUtf8InPlace(base64, out int count) != System.Buffers.OperationStatus.Done || count == 0 || count % 2 != 0)
        {
            return false;
        }

        for (int i = 0; i < count; i += 2)
        {
            char c = (char)((base64[i] << 8) | base64[i + 1]);
            if (char.IsControl(c))
            {
                return false;
            }

            if (char.IsHighSurrogate(c))
            {
                i += 2;
                char low = i < count ? (char)((base64[i] << 8) | base64[i + 1]) : '\0';
                if (!char.IsLowSurrogate(low))
                {
                    return false;
                }

                result.Append(c).Append(low);
            }
            else if (char.IsLowSurrogate(c))
            {
                return false;
            }
            else
            {
                result.Append(c);
            }
        }

        return true;
    }
}
