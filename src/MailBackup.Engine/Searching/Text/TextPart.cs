using System.Buffers;
using System.Text;
using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>Gathers the bytes of a text part and turns them into words: transfer encoding, charset, HTML.</summary>
internal sealed class TextPart
{
    private readonly ArrayBufferWriter<byte> _raw = new(64 << 10);
    private MimeHeader? _header;

    /// <param name="header">Null for text that says nothing about itself.</param>
    public void Begin(MimeHeader? header)
    {
        _header = header;
        _raw.ResetWrittenCount();
    }

    public void Take(ReadOnlySpan<byte> piece)
    {
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

        string text = DecodeCharset(DecodeTransfer(_raw.WrittenSpan, out byte[]? rented));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

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

    private ReadOnlySpan<byte> DecodeTransfer(ReadOnlySpan<byte> raw, out byte[]? rented)
    {
        rented = null;
        switch (_header?.Encoding)
        {
            case "base64":
                rented = ArrayPool<byte>.Shared.Rent(raw.Length);
                return rented.AsSpan(0, Base64Text.Decode(raw, rented));
            case "quoted-printable":
                rented = ArrayPool<byte>.Shared.Rent(raw.Length);
                return rented.AsSpan(0, QuotedPrintable.Decode(raw, rented, underscoreIsSpace: false));
            default:
                return raw;
        }
    }

    private string DecodeCharset(ReadOnlySpan<byte> bytes) => _header?.Charset is { Length: > 0 and < 64 } name
        ? Charsets.Decode(Encoding.UTF8.GetBytes(name.Trim()), bytes)
        : Charsets.Guess(bytes);

    private static int WordsLength(string text)
    {
        int length = 0;
        foreach (char c in text)
        {
            length += char.IsWhiteSpace(c) ? 0 : 1;
        }

        return length;
    }
}
