using System.Text;

namespace MailBackup.Sources.Content;

/// <summary>
/// The content lines of a vCard (RFC 6350 §3.2, RFC 2426, vCard 2.1) or an iCalendar object (RFC 5545 §3.1), as
/// <c>group.NAME;PARAM=value:value</c>. Lines are found without copying; only the value asked for is unfolded and decoded.
/// </summary>
internal ref struct ContentLines(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
    private ReadOnlySpan<byte> _line;
    private ReadOnlySpan<byte> _name;

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            int length = LineLength(_rest);
            while (length < _rest.Length && _rest[length] is (byte)' ' or (byte)'\t')
            {
                length += LineLength(_rest[length..]);
            }

            if (IsQuotedPrintable(_rest[..length]))
            {
                // vCard 2.1 §2.1.3: the encoding's own soft line breaks, where the next line needs no blank in front.
                while (length < _rest.Length && _rest[..length] is [.., (byte)'=', (byte)'\n'] or [.., (byte)'=', (byte)'\r', (byte)'\n'])
                {
                    length += LineLength(_rest[length..]);
                }
            }

            _line = _rest[..length].TrimEnd("\r\n"u8);
            _rest = _rest[length..];
            int end = _line.IndexOfAny((byte)':', (byte)';');
            if (end > 0)
            {
                _name = _line[..end];
                _name = _name[(_name.LastIndexOf((byte)'.') + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Names have no case; a group in front (<c>item1.EMAIL</c>) is no part of them.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(_name, name);

    /// <summary>True when the whole line is <c>NAME:value</c>, without regard to case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        Is(name) && _line.LastIndexOf((byte)':') is var colon and >= 0 && Ascii.EqualsIgnoreCase(_line[(colon + 1)..].Trim(" \t"u8), value);

    /// <summary>The value with its characters decoded and its escapes still in it.</summary>
    public readonly string Value()
    {
        byte[] line = Unfold(_line);
        int colon = Colon(line);
        var value = line.AsSpan(colon + 1);
        if (IsQuotedPrintable(line))
        {
            value = value[..QuotedPrintable.Decode(value, value, underscoreIsSpace: false)];
        }

        // CHARSET is of vCard 2.1 only; the others are UTF-8 (RFC 6350 §3.1).
        return Parameter("CHARSET") is { } charset && Charsets.Find(Encoding.UTF8.GetBytes(charset)) is { } encoding
            ? encoding.GetString(value) : Charsets.Guess(value);
    }

    /// <summary>The first value of a parameter without its quotes (RFC 6350 §5, RFC 6868 §3.1), or null.</summary>
    public readonly string? Parameter(string name)
    {
        byte[] line = Unfold(_line);
        string head = Charsets.Guess(line.AsSpan(0, Colon(line)));
        bool quoted = false;
        int start = head.Length;
        for (int i = 0; i <= head.Length; i++)
        {
            if (i < head.Length && head[i] == '"')
            {
                quoted = !quoted;
            }
            else if (i == head.Length || (head[i] == ';' && !quoted))
            {
                int equals = start < i ? head.IndexOf('=', start, i - start) : -1;
                if (equals > 0 && head.AsSpan(start, equals - start).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return head[(equals + 1)..i].Trim().Trim('"')
                        .Replace("^n", " ", StringComparison.Ordinal).Replace("^'", "\"", StringComparison.Ordinal).Replace("^^", "^", StringComparison.Ordinal);
                }

                start = i + 1;
            }
        }

        return null;
    }

    /// <summary>Takes the escapes of a text value away (RFC 6350 §3.4, RFC 5545 §3.3.11); a line break becomes a blank.</summary>
    public static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == '\\' && i + 1 < value.Length)
            {
                c = value[++i] is 'n' or 'N' ? ' ' : value[i];
            }

            text.Append(c);
        }

        return text.ToString();
    }

    private static int LineLength(ReadOnlySpan<byte> text)
    {
        int newline = text.IndexOf((byte)'\n');
        return newline < 0 ? text.Length : newline + 1;
    }

    private static bool IsQuotedPrintable(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 0 || line[..colon].IndexOf((byte)';') is not (>= 0 and var at))
        {
            return false;
        }

        // "ENCODING=QUOTED-PRINTABLE", or the bare word that vCard 2.1 allows.
        var parameters = line[at..colon];
        var word = "QUOTED-PRINTABLE"u8;
        for (; parameters.Length > word.Length; parameters = parameters[1..])
        {
            if (parameters[0] is (byte)';' or (byte)'=' && Ascii.EqualsIgnoreCase(parameters.Slice(1, word.Length), word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes line breaks with the one blank after each (RFC 6350 §3.2), but not a soft line break.</summary>
    private static byte[] Unfold(ReadOnlySpan<byte> line)
    {
        byte[] unfolded = new byte[line.Length];
        int length = 0;
        for (int i = 0; i < line.Length; i++)
        {
            int lineBreak = line[i] == '\n' ? 1 : line[i..].StartsWith("\r\n"u8) ? 2 : 0;
            if (lineBreak > 0 && i + lineBreak < line.Length && line[i + lineBreak] is (byte)' ' or (byte)'\t')
            {
                i += lineBreak;
            }
            else
            {
                unfolded[length++] = line[i];
            }
        }

        return unfolded[..length];
    }

    /// <summary>The colon before the value: the first outside quotes, or the first at all where the quotes are broken.</summary>
    private static int Colon(ReadOnlySpan<byte> line)
    {
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (line[i] == ':' && !quoted)
            {
                return i;
            }
        }

        int colon = line.IndexOf((byte)':');
        return colon < 0 ? line.Length - 1 : colon;
    }
}
