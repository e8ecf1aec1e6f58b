namespace MailBackup.Sources.Imap.Reading;

/// <summary>Reads the content of a message while it comes. Errors: <see cref="ItemReadException"/>.</summary>
internal sealed class PendingContentStream : Stream
{
    private readonly PendingContent _content;
    private readonly Action _whenClosed;
    private (byte[] Bytes, int Length)? _chunk;
    private int _at;
    private bool _closed;

    /// <param name="closed">Called once when nothing more is taken.</param>
    public PendingContentStream(PendingContent content, Action closed)
    {
        (_content, _whenClosed) = (content, closed);
        content.Budget.Taking(1);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _content.Length;

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || (_chunk is null && (_chunk = await _content.TakeAsync(cancellationToken).ConfigureAwait(false)) is null))
        {
            return 0;
        }

        var (bytes, length) = _chunk.Value;
        int n = Math.Min(buffer.Length, length - _at);
        bytes.AsSpan(_at, n).CopyTo(buffer.Span);
        _at += n;
        if (_at == length)
        {
            _content.Return(_chunk.Value);
            (_chunk, _at) = (null, 0);
        }

        return n;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            if (_chunk is { } chunk)
            {
                _content.Return(chunk);
                _chunk = null;
            }

            _content.Abandon();
            _content.Budget.Taking(-1);
            _whenClosed();
        }

        base.Dispose(disposing);
    }
}
