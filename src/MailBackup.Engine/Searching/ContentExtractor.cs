using MailBackup.Model;
using MailBackup.Searching.Text;
using MailBackup.Storage;

namespace MailBackup.Searching;

/// <summary>Reads the words of contents out of the bundles. One thread at a time; its buffers serve one batch after another.</summary>
internal sealed class ContentExtractor(BackupLayout layout, KnownLookup known) : IDisposable
{
    /// <summary>Most that is read of anything but a message.</summary>
    private const int MaxContent = 3 << 20;

    /// <summary>A message that is stored in one piece and no larger than this is taken into memory.</summary>
    private const int MaxWhole = 320 << 10;

    private readonly BundleWindow _bundles = new(layout);
    private readonly MimeReader _mime = new();
    private readonly ItemText _text = new();

    /// <summary>Bytes of content read.</summary>
    public long Bytes { get; private set; }

    /// <returns>The new document; null when the content has the words of one that is there.</returns>
    public IndexedDocument? Extract(IndexContent content, IndexBatch batch)
    {
        _text.Clear();
        try
        {
            if (content.Head is not { } head)
            {
                throw BundleReader.Missing(content.State.Header ?? content.State.Digest!.Value, null);
            }

            bool fresh = content.State.Type == ItemType.Message ? ReadMessage(content, head, batch) : ReadOther(content, head, batch);
            return fresh ? new IndexedDocument(content.Document, _text) : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException and not OperationCanceledException)
        {
            // What the journal says of the item can be searched all the same.
            content.Failed = true;
            content.Document = content.Document > 0 ? content.Document : batch.NextDocument();
            if (_text.Subject.Length == 0)
            {
                _text.AddSubject(content.State.Subject);
                _text.AddSender(content.State.From);
            }

            batch.Trouble(content, e);
            return new IndexedDocument(content.Document, _text);
        }
    }

    public void Dispose()
    {
        _bundles.Dispose();
        known.Dispose();
    }

    private bool ReadMessage(IndexContent content, BlobLocation head, IndexBatch batch)
    {
        if (content.State.Body is { } body)
        {
            var place = content.Body ?? throw BundleReader.Missing(body, null);
            using var stream = new ConcatenatedStream(() => _bundles.Open(head), () => _bundles.Open(place));
            return ReadMessage(content, stream, body, batch);
        }

        if (head.ContentLength > MaxWhole)
        {
            using var stream = _bundles.Open(head);
            return ReadMessage(content, stream, null, batch);
        }

        byte[] whole = ReadAll(head, MaxWhole);
        using var memory = new MemoryStream(whole);
        return ReadMessage(content, memory, Digest.Of(whole.AsSpan(MessageSplit.HeaderLength(whole))), batch);
    }

    /// <param name="body">Null when copies cannot be told by it.</param>
    private bool ReadMessage(IndexContent content, Stream stream, Digest? body, IndexBatch batch)
    {
        var header = _mime.ReadHeader(stream, _text, out bool cleanEnd);
        if (body is { } digest && cleanEnd)
        {
            content.Words = ContentKey.OfWords(header, digest);
        }

        bool fresh = batch.Claim(content, known);
        if (fresh)
        {
            _mime.ReadBody();
        }

        Bytes += _mime.Consumed;
        return fresh;
    }

    private bool ReadOther(IndexContent content, BlobLocation place, IndexBatch batch)
    {
        byte[] bytes = ReadAll(place, MaxContent);
        Bytes += bytes.Length;
        batch.Claim(content, known);
        switch (content.State.Type)
        {
            case ItemType.Contact or ItemType.ContactGroup:
                ContactText.Read(bytes, _text);
                break;
            case ItemType.Appointment or ItemType.Task:
                CalendarText.Read(bytes, _text);
                break;
            default:
                DocumentText.Read(content.State.Subject, bytes, _text);
                break;
        }

        return true;
    }

    private byte[] ReadAll(BlobLocation place, int max)
    {
        using var stream = _bundles.Open(place);
        byte[] bytes = new byte[(int)Math.Min(place.ContentLength, max)];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
