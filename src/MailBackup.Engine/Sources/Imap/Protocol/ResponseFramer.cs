using System.Buffers.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>What <see cref="ResponseFramer.Next"/> came to.</summary>
internal enum FrameEvent
{
    /// <summary>All of the input is used up.</summary>
    NeedInput,

    /// <summary>A literal begins, its length is known; the caller may ask for it as a stream.</summary>
    Literal,

    /// <summary>The consumed bytes are content of a streamed literal.</summary>
    LiteralData,

    /// <summary>The streamed literal is complete.</summary>
    LiteralEnd,

    /// <summary>A response is complete.</summary>
    Response,
}

/// <summary>
/// Cuts the bytes of a server into responses (RFC 9051 §7), fed in whatever pieces they come. A state machine without I/O. A response is text with literals
/// in it; a literal is held with the text unless the caller has it streamed. What ends in <c>{5}</c> but is text for people
/// (<c>* OK see {5}</c>) announces no literal.
/// </summary>
internal sealed class ResponseFramer(ImapLimits? limits = null)
{
    private readonly ImapLimits _limits = limits ?? ImapLimits.Default;
    private byte[] _text = new byte[1024];
    private int _length;
    private State _state;
    private long _left;

    private enum State
    {
        Fresh,
        Line,
        Announced,
        Held,
        Streamed,
        Done,
    }

    /// <summary>
    /// The response as far as it has come, without its last line end. A held literal stands in it as it came; of a streamed one only <c>{*5}</c> does.
    /// Valid until the next call of <see cref="Next"/>.
    /// </summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Bytes of the literal that was announced last.</summary>
    public long LiteralLength { get; private set; }

    /// <summary>Whether the announced literal may be held.</summary>
    public bool CanHold => LiteralLength <= _limits.HeldLiteral && _length + LiteralLength + 1 <= _limits.Text;

    /// <summary>Asks for the announced literal as a stream. Only right after <see cref="FrameEvent.Literal"/>.</summary>
    public void StreamLiteral()
    {
        if (_state != State.Announced)
        {
            throw new InvalidOperationException("No literal is announced.");
        }

        int brace = Text.LastIndexOf((byte)'{');
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(LiteralLength, digits, out int n);
        _length = brace;
        Append("{*"u8);
        Append(digits[..n]);
        Append("}"u8);
        _left = LiteralLength;
        _state = State.Streamed;
    }

    /// <summary>Goes on by one event. Throws <see cref="ImapProtocolException"/>.</summary>
    /// <param name="consumed">Bytes of the input that are done with. The rest belongs to the next call.</param>
    public FrameEvent Next(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        switch (_state)
        {
            case State.Announced:
                BeginHeld();
                break;
            case State.Streamed:
                if (_left == 0)
                {
                    _state = State.Line;
                    return FrameEvent.LiteralEnd;
                }

                consumed = (int)Math.Min(_left, input.Length);
                _left -= consumed;
                return consumed == 0 ? FrameEvent.NeedInput : FrameEvent.LiteralData;
            case State.Done:
                _length = 0;
                _state = State.Fresh;
                break;
        }

        if (_state == State.Held)
        {
            consumed = (int)Math.Min(_left, input.Length);
            Append(input[..consumed]);
            _left -= consumed;
            if (_left > 0)
            {
                return FrameEvent.NeedInput;
            }

            _state = State.Line;
        }

        return Line(input, ref consumed);
    }

    private FrameEvent Line(ReadOnlySpan<byte> input, ref int consumed)
    {
        var rest = input[consumed..];
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            Append(rest);
            consumed = input.Length;
            _state = _length > 0 && _state == State.Fresh ? State.Line : _state;
            return FrameEvent.NeedInput;
        }

        Append(rest[..end]);
        consumed += end + 1;
        bool first = !Text.Contains((byte)'\n');
        if (Announces(Text, first, out long length))
        {
            LiteralLength = length;
            _state = State.Announced;
            return FrameEvent.Literal;
        }

        if (_length > 0 && _text[_length - 1] == '\r')
        {
            _length--;
        }

        _state = State.Done;
        return FrameEvent.Response;
    }

    private void BeginHeld()
    {
        if (LiteralLength > _limits.HeldLiteral)
        {
            throw new ImapProtocolException($"the server announces {LiteralLength} bytes where {_limits.HeldLiteral} are the most we take");
        }

        Append("\n"u8);
        _left = LiteralLength;
        _state = State.Held;
    }

    /// <summary>True when the line ends in <c>{n}</c> (RFC 9051 §4.3; <c>~{n}</c> of RFC 3516 as well).</summary>
    private static bool Announces(ReadOnlySpan<byte> text, bool first, out long length)
    {
        length = 0;
        var line = text.EndsWith("\r"u8) ? text[..^1] : text;
        if (!line.EndsWith("}"u8))
        {
            return false;
        }

        line = line[..^1];
        int brace = line.LastIndexOf((byte)'{');
        if (brace < 0 || (first && IsForPeople(line)))
        {
            return false;
        }

        var digits = line[(brace + 1)..];
        if (digits.EndsWith("+"u8))
        {
            digits = digits[..^1];
        }

        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        return Utf8Parser.TryParse(digits, out length, out int used) && used == digits.Length && length >= 0
            ? true
            : throw new ImapProtocolException("the server announces a literal of impossible length");
    }

    /// <summary>A continuation or a status response: free text to its end.</summary>
    private static bool IsForPeople(ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf((byte)' ');
        if (line.StartsWith("+"u8) || space < 0)
        {
            return true;
        }

        var rest = line[(space + 1)..];
        int end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        return StatusLine.TryKind(word, out _);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _limits.Text)
        {
            throw new ImapProtocolException($"the server sends a response of more than {_limits.Text} bytes");
        }

        if (_length + bytes.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_length + bytes.Length, _text.Length * 2));
        }

        bytes.CopyTo(_text.AsSpan(_length));
        _length += bytes.Length;
    }
}
