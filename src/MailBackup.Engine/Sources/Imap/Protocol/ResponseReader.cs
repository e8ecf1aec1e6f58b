using System.Buffers.Text;
using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>
/// Reads the parts of one whole response: words, numbers, strings, lists (RFC 9051 §9). Every method throws <see cref="ImapProtocolException"/> at what
/// does not belong there.
/// </summary>
internal ref struct ResponseReader(ReadOnlySpan<byte> text, ImapLimits? limits = null)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly int _nesting = (limits ?? ImapLimits.Default).Nesting;
    private int _at;

    public readonly bool AtEnd => _at >= _text.Length;

    public readonly ReadOnlySpan<byte> Rest => _text[_at..];

    private readonly byte Peek => _at < _text.Length ? _text[_at] : (byte)0;

    public void SkipSpaces()
    {
        while (Peek == ' ')
        {
            _at++;
        }
    }

    public bool TryTake(char c)
    {
        SkipSpaces();
        if (Peek != c || AtEnd)
        {
            return false;
        }

        _at++;
        return true;
    }

    public void Take(char c)
    {
        if (!TryTake(c))
        {
            throw Wrong($"'{c}'");
        }
    }

    /// <summary>A word: up to a blank, a bracket or a quotation mark.</summary>
    public ReadOnlySpan<byte> Word()
    {
        SkipSpaces();
        int start = _at;
        while (!AtEnd && !IsEnd(_text[_at]))
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw Wrong("a word");
    }

    /// <summary>The name of a fetched item, with its section: <c>UID</c>, <c>BODY[HEADER.FIELDS (MESSAGE-ID)]&lt;0&gt;</c>.</summary>
    public ReadOnlySpan<byte> ItemName()
    {
        SkipSpaces();
        int start = _at;
        while (!AtEnd && !IsEnd(_text[_at]))
        {
            if (_text[_at++] == '[')
            {
                int close = Rest.IndexOf((byte)']');
                _at = close >= 0 ? _at + close + 1 : throw Wrong("']'");
            }
        }

        return _at > start ? _text[start.._at] : throw Wrong("the name of an item");
    }

    public long Number()
    {
        SkipSpaces();
        if (!Utf8Parser.TryParse(Rest, out long value, out int used) || value < 0 || Peek is (byte)'+' or (byte)'-')
        {
            throw Wrong("a number");
        }

        _at += used;
        return value;
    }

    /// <summary>A UID, a sequence number, a UIDVALIDITY: 32 bits.</summary>
    public uint Number32() => Number() is <= uint.MaxValue and var n ? (uint)n : throw Wrong("a number of 32 bits");

    /// <summary>A quoted string, a literal or a word; null for <c>NIL</c>.</summary>
    /// <param name="streamed">Length of a literal that was streamed, else -1; then the value is null.</param>
    public byte[]? String(out long streamed)
    {
        streamed = -1;
        SkipSpaces();
        switch (Peek)
        {
            case (byte)'"':
                return Quoted();
            case (byte)'~' when _at + 1 < _text.Length && _text[_at + 1] == '{':
                _at++;
                return Literal(ref streamed);
            case (byte)'{':
                return Literal(ref streamed);
            default:
                var word = Word();
                return Ascii.EqualsIgnoreCase(word, "NIL"u8) ? null : word.ToArray();
        }
    }

    public byte[]? String() => String(out _);

    /// <summary>A name or another text in UTF-8; invalid bytes are taken one by one, so that nothing is lost in silence.</summary>
    public string? Text() => String() is { } bytes ? Decode(bytes) : null;

    /// <summary>The words of a list, as <c>(\Seen \Flagged)</c> has them; strings count as words.</summary>
    public List<string> Words()
    {
        Take('(');
        var words = new List<string>();
        while (!TryTake(')'))
        {
            words.Add(Text() ?? "NIL");
        }

        return words;
    }

    /// <summary>Passes over one value of whatever kind.</summary>
    public void Skip()
    {
        int depth = 0;
        do
        {
            if (TryTake('('))
            {
                depth = depth < _nesting ? depth + 1 : throw new ImapProtocolException($"the server nests lists deeper than {_nesting}");
            }
            else if (depth > 0 && TryTake(')'))
            {
                depth--;
            }
            else
            {
                String();
            }
        }
        while (depth > 0);
    }

    public static string Decode(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    private byte[] Quoted()
    {
        _at++;
        int end = Rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end >= 0 && Rest[end] == '"')
        {
            var plain = Rest[..end].ToArray();
            _at += end + 1;
            return plain;
        }

        var value = new List<byte>();
        while (true)
        {
            if (AtEnd)
            {
                throw Wrong("the end of a quoted string");
            }

            byte b = _text[_at++];
            if (b == '"')
            {
                return [.. value];
            }

            if (b == '\\')
            {
                b = !AtEnd ? _text[_at++] : throw Wrong("the end of a quoted string");
            }

            value.Add(b);
        }
    }

    private byte[]? Literal(ref long streamed)
    {
        _at++;
        bool isStreamed = Peek == '*';
        _at += isStreamed ? 1 : 0;
        long length = Number();
        _at += Peek == '+' ? 1 : 0;
        if (Peek != '}')
        {
            throw Wrong("'}'");
        }

        _at++;
        if (isStreamed)
        {
            streamed = length;
            return null;
        }

        _at += Peek == '\r' ? 1 : 0;
        if (Peek != '\n' || length > _text.Length - _at - 1)
        {
            throw Wrong("a literal");
        }

        var value = _text.Slice(_at + 1, (int)length).ToArray();
        _at += 1 + (int)length;
        return value;
    }

    private static bool IsEnd(byte b) => b is (byte)' ' or (byte)'(' or (byte)')' or (byte)'"' or (byte)'{' or (byte)'\r' or (byte)'\n';

    private readonly ImapProtocolException Wrong(string expected)
    {
        var near = _text[Math.Max(0, _at - 20)..Math.Min(_text.Length, _at + 20)];
        string shown = new([.. Encoding.Latin1.GetString(near).Select(c => c is < ' ' or > '~' ? '.' : c)]);
        return new ImapProtocolException($"the server's answer has no {expected} where one belongs, near '{shown}'");
    }
}
