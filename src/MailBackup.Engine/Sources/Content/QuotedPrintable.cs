namespace MailBackup.Sources.Content;

/// <summary>Quoted-printable (RFC 2045 §6.7) and its form in headers (RFC 2047 §4.2).</summary>
internal static class QuotedPrintable
{
    /// <summary>Soft line breaks vanish; an equals sign without two hexadecimal digits stays. Never gives more bytes than it takes.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> output, bool underscoreIsSpace)
    {
        int written = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int run = text[i..].IndexOfAny((byte)'=', (byte)'_');
            run = run < 0 ? text.Length - i : run;
            text.Slice(i, run).CopyTo(output[written..]);
            written += run;
            i += run;
            if (i == text.Length)
            {
                break;
            }

            byte b = text[i];
            if (b == '=' && text[(i + 1)..].StartsWith("\n"u8))
            {
                i++;
                continue;
            }

            if (b == '=' && text[(i + 1)..].StartsWith("\r\n"u8))
            {
                i += 2;
                continue;
            }

            if (b == '=' && i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                b = (byte)((Hex(text[i + 1]) << 4) | Hex(text[i + 2]));
                i += 2;
            }
            else if (b == '_' && underscoreIsSpace)
            {
                b = (byte)' ';
            }

            output[written++] = b;
        }

        return written;
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
