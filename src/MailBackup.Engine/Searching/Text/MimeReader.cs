using System.Buffers;
using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>
/// Reads the words of a message (RFC 5322, RFC 2045, RFC 2046) in one pass with bounded memory: header, text parts, forwarded messages, names of
/// attachments. Whatever the bytes are, it comes to their end: what is broken is read as mail programs read it (a multipart whose boundary
/// never comes is text, a part without an end ends with its parent), what is nested too deeply or too often is passed over.
/// </summary>
/// <remarks>
/// The work is linear in the size: each line is compared with at most <see cref="MaxDepth"/> boundaries, none longer than the line itself. One
/// instance reads many messages, one after another.
/// </remarks>
internal sealed class MimeReader
{
    public const int MaxDepth = 32;

    /// <summary>Parts of one message that are looked at.</summary>
    public const int MaxParts = 1000;

    /// <summary>Bytes of one header that are looked at.</summary>
    public const int MaxHeader = 256 << 10;

    /// <summary>Bytes of one text part, still encoded, that are looked at: a little less than a buffer of twice a megabyte holds as characters.</summary>
    public const int MaxRawText = (2 << 20) - 1024;

    private readonly LinePieces _lines = new(new byte[64 << 10]);
    private readonly ArrayBufferWriter<byte> _header = new(4096);
    private readonly TextPart _text = new();
    private readonly Stack<Multipart> _open = new();
    private ItemText _item = new();
    private MimeHeader? _top;
    private Mode _mode;
    private bool _ofMessage;
    private int _depth, _parts;

    private enum Mode
    {
        Header,
        Text,
        Skip,
    }

    /// <summary>Bytes taken from the stream.</summary>
    public long Consumed => _lines.Consumed;

    /// <summary>
    /// Reads the header of a message: all of it and, when it ends as it should, nothing behind it. The stream may be read on with
    /// <see cref="ReadBody"/>.
    /// </summary>
    /// <param name="cleanEnd">False when no empty line ends the header, so that part of it is body.</param>
    public MimeHeader ReadHeader(Stream message, ItemText item, out bool cleanEnd)
    {
        _item = item;
        _lines.Begin(message);
        _open.Clear();
        _depth = _parts = 0;
        _text.Begin(null);
        _top = null;
        BeginHeader(ofMessage: true);
        cleanEnd = false;
        while (_top is null && !cleanEnd && _lines.TryTake(out var piece, out bool startsLine))
        {
            cleanEnd = startsLine && IsEmpty(piece);
            if (!cleanEnd)
            {
                TakeHeader(piece, startsLine);
            }
        }

        if (_top is null)
        {
            EndHeader();
        }

        return _top!;
    }

    /// <summary>Reads what is behind the header.</summary>
    public void ReadBody()
    {
        while (_lines.TryTake(out var piece, out bool startsLine))
        {
            Take(piece, startsLine);
        }

        if (_mode == Mode.Header)
        {
            EndHeader();
        }

        EndPart();
    }

    private static bool IsEmpty(ReadOnlySpan<byte> line) => line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'];

    private void Take(ReadOnlySpan<byte> piece, bool startsLine)
    {
        if (startsLine && _open.Count > 0 && piece is [(byte)'-', (byte)'-', _, ..] && TryBoundary(piece))
        {
            return;
        }

        switch (_mode)
        {
            case Mode.Header when startsLine && IsEmpty(piece):
                EndHeader();
                break;
            case Mode.Header:
                TakeHeader(piece, startsLine);
                break;
            case Mode.Text:
                _text.Take(piece);
                break;
        }
    }

    private void TakeHeader(ReadOnlySpan<byte> piece, bool startsLine)
    {
        bool foreign = startsLine && piece[0] is not ((byte)' ' or (byte)'\t') && !HeaderFields.BeginsField(piece);
        if (foreign && _header.WrittenCount > 0 && !IsSeparator(piece))
        {
            // No field, so the body begins here, without the empty line that should stand before it.
            EndHeader();
            Take(piece, startsLine);
        }
        else if (!foreign && _header.WrittenCount < MaxHeader)
        {
            _header.Write(piece[..Math.Min(piece.Length, MaxHeader - _header.WrittenCount)]);
        }
    }

    /// <summary>The separator of an mbox, which some programs leave in the header.</summary>
    private static bool IsSeparator(ReadOnlySpan<byte> line) => line.StartsWith("From "u8) || line.StartsWith(">From "u8);

    private void BeginHeader(bool ofMessage)
    {
        _header.ResetWrittenCount();
        _ofMessage = ofMessage;
        _mode = Mode.Header;
    }

    private void EndHeader()
    {
        var header = MimeHeader.Read(_header.WrittenSpan, _ofMessage);
        if (_ofMessage)
        {
            AddMessage(header);
        }

        string type = header.Type.Length > 0 ? header.Type : _open.TryPeek(out var parent) && parent.IsDigest && !_ofMessage ? "message/rfc822" : "text/plain";
        bool isMultipart = type.StartsWith("multipart/", StringComparison.Ordinal);
        if (!isMultipart && (header.IsAttachment || header.Name.Length > 0))
        {
            _item.AddAttachment(header.Name);
        }

        _mode = Mode.Skip;
        if (++_parts > MaxParts || _item.IsFull)
        {
            return;
        }

        if (isMultipart)
        {
            BeginMultipart(header, type);
        }
        else if (type is "message/rfc822" or "message/global" or "message/news" && header.Encoding is not ("base64" or "quoted-printable"))
        {
            if (++_depth < MaxDepth)
            {
                BeginHeader(ofMessage: true);
            }
        }
        else if (type.StartsWith("text/", StringComparison.Ordinal) || type.StartsWith("message/", StringComparison.Ordinal) || !type.Contains('/', StringComparison.Ordinal))
        {
            _text.Begin(header);
            _mode = Mode.Text;
        }
    }

    private void AddMessage(MimeHeader header)
    {
        if (_top is null)
        {
            _top = header;
            _item.AddSubject(header.Subject);
            _item.AddSender(header.Sender);
            _item.AddRecipient(header.Recipients);
            return;
        }

        // Of a message in the message: its words are words of the body.
        _item.AddBody(header.Subject);
        _item.AddBody(header.Sender);
        _item.AddBody(header.Recipients);
    }

    private void BeginMultipart(MimeHeader header, string type)
    {
        if (_open.Count >= MaxDepth)
        {
            return;
        }

        // What stands before the first boundary is kept until one comes: should none come, it is the text.
        _open.Push(new Multipart(header.Boundary, type, _depth));
        _text.Begin(null);
        _mode = Mode.Text;
    }

    /// <summary>Ends what the boundary ends. The innermost multipart that has this boundary is meant; those within it end with it.</summary>
    private bool TryBoundary(ReadOnlySpan<byte> line)
    {
        if (FindMultipart(line, out bool closes) is not { } multipart)
        {
            return false;
        }

        if (_mode == Mode.Header)
        {
            EndHeader();
        }

        EndPart(isPreamble: ReferenceEquals(_open.Peek(), multipart) && !multipart.Began);
        while (!ReferenceEquals(_open.Peek(), multipart))
        {
            _open.Pop();
        }

        // The messages that its last part led into have ended with it.
        _depth = multipart.Depth;
        multipart.Began = true;
        if (closes)
        {
            _open.Pop();
        }
        else
        {
            BeginHeader(ofMessage: false);
        }

        return true;
    }

    private Multipart? FindMultipart(ReadOnlySpan<byte> line, out bool closes)
    {
        foreach (var multipart in _open)
        {
            if (multipart.Matches(line, out closes))
            {
                return multipart;
            }
        }

        closes = false;
        return _open.Peek().TryAdopt(line) ? _open.Peek() : null;
    }

    private void EndPart(bool isPreamble = false)
    {
        if (_mode == Mode.Text && !isPreamble)
        {
            _text.AddTo(_item, _open.TryPeek(out var parent) ? parent : null);
        }

        _text.Begin(null);
        _mode = Mode.Skip;
    }
}
