using System.Buffers;
using System.Text;

namespace MailBackup.Sources.Content;

/// <summary>
/// Subject and From of a message header (RFC 5322 §2.2). It runs for every mail of every scan: lines are looked at by their first letter only, and
/// a plain value becomes a string at once.
/// </summary>
internal static class HeaderText
{
    /// <summary>No more than this is decoded of one field; what is shown of it is far shorter.</summary>
    private const int MaxField = 16 << 10;

    public static void Read(ReadOnlySpan<byte> head, out string subject, out string from)
    {
        ReadOnlySpan<byte> rawSubject = default, rawFrom = default;
        bool hasSubject = false, hasFrom = false;
        while (!head.IsEmpty && !(hasSubject && hasFrom))
        {
            int newline = head.IndexOf((byte)'\n');
            int length = newline < 0 ? head.Length : newline + 1;
            int first = head[0] | 0x20;
            if (first == 's' && !hasSubject)
            {
                hasSubject = TryValue(head, "subject"u8, ref length, out rawSubject);
            }
            else if (first == 'f' && !hasFrom)
            {
                // An mbox separator ("From someone@…") has no colon there and is passed over.
                hasFrom = TryValue(head, "from"u8, ref length, out rawFrom);
            }
            else if (newline == 0 || (newline == 1 && head[0] == '\r'))
            {
                break;
            }

            head = head[length..];
        }

        subject = Decode(rawSubject, ContentInspector.MaxSubject);
        from = Decode(rawFrom, ContentInspector.MaxFrom);
    }

    /// <param name="length">Of the line; of the whole field with its folded lines when it is the one.</param>
    private static bool TryValue(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, scoped ref int length, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (length <= name.Length || !Ascii.EqualsIgnoreCase(head[..name.Length], name))
        {
            return false;
        }

        // Blanks before the colon are the obsolete form (RFC 5322 §4.5).
        int colon = name.Length;
        while (colon < length && head[colon] is (byte)' ' or (byte)'\t')
        {
            colon++;
        }

        if (colon >= length || head[colon] != ':')
        {
            return false;
        }

        while (length < head.Length && head[length] is (byte)' ' or (byte)'\t')
        {
            int newline = head[length..].IndexOf((byte)'\n');
            length = newline < 0 ? head.Length : length + newline + 1;
        }

        value = head[(colon + 1)..length];
        return true;
    }

    /// <summary>The value of a field, unfolded and decoded, as it is: fit to be searched, not to be shown.</summary>
    /// <param name="max">Bytes of the value that are looked at.</param>
    public static string DecodeValue(ReadOnlySpan<byte> value, int max)
    {
        value = Cut(value.Trim(" \t\r\n"u8), max);
        if (!value.ContainsAny((byte)'\r', (byte)'\n'))
        {
            return DecodeLine(value);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(value.Length);
        int length = 0;
        foreach (byte b in value)
        {
            // Every line break in here is that of a fold, which is not part of the text (RFC 5322 §2.2.3).
            if (b is not ((byte)'\r' or (byte)'\n'))
            {
                buffer[length++] = b;
            }
        }

        string text = DecodeLine(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        return text;
    }

    private static string DecodeLine(ReadOnlySpan<byte> line) => line.IndexOf("=?"u8) >= 0 ? EncodedWords.Decode(line) : Charsets.Guess(line);

    private static string Decode(ReadOnlySpan<byte> value, int max)
    {
        value = value.Trim(" \t\r\n"u8);
        return !value.ContainsAnyExceptInRange((byte)' ', (byte)'~') && value.IndexOf("=?"u8) < 0
            ? Encoding.Latin1.GetString(value[..Math.Min(value.Length, max)].TrimEnd((byte)' '))
            : DisplayText.Clean(DecodeValue(value, MaxField), max);
    }

    /// <summary>Not in the middle of a UTF-8 character: the rest would be taken for Windows-1252.</summary>
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value, int max)
    {
        if (value.Length <= max)
        {
            return value;
        }

        int end = max;
        for (int back = 0; back < 3 && (value[end] & 0xC0) == 0x80; back++)
        {
            end--;
        }

        return value[..end];
    }
}
