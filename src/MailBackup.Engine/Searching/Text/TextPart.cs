using System.Buffers;
using System.Text;
using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>Gathers the bytes of a text part and turns them into words: transfer encoding, charset, HTML.</summary>
internal sealed class TextPart
{
    private readonly ArrayBufferWriter<byte> _raw = new(64 << 10);
    private byte[] _decoded = new byte[16 << 10];
    private char[] _chars = new char[16 << 10];
    private MimeHeader? _header;

    private bool IsTransferEncoded => _header?.Encoding is "base64" or "quoted-printable";

    /// <param name="header">Null for text that says nothing about itself.</param>
    public void Begin(MimeHeader? header)
    {
        _header = header;
        _raw.ResetWrittenCount();
    }

    public void Take(ReadOnlySpan<byte> piece)
    {
        if (piece.Length >= 60 && !IsTransferEncoded && WordText.IsEncodedData(piece))
        {
            return;
        }

        int room = MimeReader.MaxRawText - _raw.WrittenCount;
        if (room > 0)
        {
            _raw.Write(piece[..Math.Min(piece.Length, room)]);
        }
    }

    /// <param name="parent">The multipart that the part belongs to.</param>
    public void AddTo(ItemText item, Multipart? parent)
    {
        if (_raw.WrittenCount == 0)
        {
            return;
        }

        var bytes = DecodeTransfer(_raw.WrittenSpan);
        var charset = Charsets.Choose(_header?.Charset is { Length: < 64 } name ? Encoding.UTF8.GetBytes(name.Trim()) : [], bytes);
        Reserve(ref _chars, charset.GetMaxCharCount(bytes.Length));
        Add(item, parent, _chars.AsSpan(0, charset.GetChars(bytes, _chars)));
    }

    private void Add(ItemText item, Multipart? parent, ReadOnlySpan<char> text)
    {
        bool isHtml = _header?.Type is "text/html" or "text/x-html";
        if (isHtml)
        {
            text = HtmlText.Strip(text);
        }

        if (parent is { IsAlternative: true })
        {
            // The same words again, where the plain form says as much as the other: they would double the index and find nothing more.
            if (isHtml && parent.PlainLength >= WordsLength(text) * 0.8)
            {
                return;
            }

            parent.PlainLength += isHtml ? 0 : WordsLength(text);
        }

        item.AddBody(text);
    }

    private ReadOnlySpan<byte> DecodeTransfer(ReadOnlySpan<byte> raw)
    {
        if (!IsTransferEncoded)
        {
            return raw;
        }

        Reserve(ref _decoded, raw.Length);
        return _decoded.AsSpan(
            0, _header?.Encoding == "base64" ? Base64Text.Decode(raw, _decoded) : QuotedPrintable.Decode(raw, _decoded, underscoreIsSpace: false));
    }

    /// <summary>Buffers of our own: a pool would keep one of these megabytes for each thread that ever came by.</summary>
    private static void Reserve<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new T[Math.Max(length, 2 * buffer.Length)];
        }
    }

    private static int WordsLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        foreach (char c in text)
        {
            length += char.IsWhiteSpace(c) ? 0 : 1;
        }

        return length;
    }
}
