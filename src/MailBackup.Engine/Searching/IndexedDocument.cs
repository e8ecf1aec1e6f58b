using System.Text;
using MailBackup.Searching.Text;

namespace MailBackup.Searching;

/// <summary>
/// The words of one content on their way into the index, the body in the form that SQLite takes.
/// </summary>
internal sealed class IndexedDocument
{
    private readonly byte[] _body;
    private readonly int _length;

    /// <param name="number">Given once, never again.</param>
    /// <param name="text">Copied: it may be cleared and used for the next.</param>
    public IndexedDocument(long number, ItemText text)
    {
        Number = number;
        Subject = text.Subject.ToString();
        Sender = text.Sender.ToString();
        Recipients = text.Recipients.ToString();
        Attachments = text.Attachments.ToString();
        HasAttachment = text.HasAttachment;
        int length = 0;
        foreach (var chunk in text.Body.GetChunks())
        {
            length += Encoding.UTF8.GetByteCount(chunk.Span);
        }

        // A pair of surrogates that two chunks share is counted as two lone halves, which are longer.
        _body = new byte[length];
        var encoder = Encoding.UTF8.GetEncoder();
        foreach (var chunk in text.Body.GetChunks())
        {
            _length += encoder.GetBytes(chunk.Span, _body.AsSpan(_length), flush: false);
        }

        _length += encoder.GetBytes([], _body.AsSpan(_length), flush: true);
    }

    public long Number { get; }

    public string Subject { get; }

    public string Sender { get; }

    public string Recipients { get; }

    public string Attachments { get; }

    public bool HasAttachment { get; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Body => _body.AsSpan(0, _length);
}
