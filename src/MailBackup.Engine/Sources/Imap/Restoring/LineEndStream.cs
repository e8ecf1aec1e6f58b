namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Puts a CR before every LF that has none. Read only.</summary>
/// <param name="doubled">One more before every LF that has several, for a server that takes one of them away.</param>
internal sealed class LineEndStream(Stream content, bool doubled = false) : Stream
{
    private readonly byte[] _input = new byte[32 << 10];
    private int _at, _end;
    private int _returns;
    private bool _owesLf;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _end && !_owesLf)
        {
            (_at, _end) = (0, await content.ReadAsync(_input, cancellationToken).ConfigureAwait(false));
        }

        return Convert(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_at == _end && !_owesLf)
        {
            (_at, _end) = (0, content.Read(_input, 0, _input.Length));
        }

        return Convert(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Convert(Span<byte> output)
    {
        int n = 0;
        while (n < output.Length && (_owesLf || _at < _end))
        {
            if (_owesLf)
            {
                output[n++] = (byte)'\n';
                (_owesLf, _returns) = (false, 0);
                continue;
            }

            byte b = _input[_at++];
            if (b == '\n' && (_returns == 0 || (doubled && _returns > 1)))
            {
                output[n++] = (byte)'\r';
                _owesLf = true;
                continue;
            }

            output[n++] = b;
            _returns = b == '\r' ? _returns + 1 : 0;
        }

        return n;
    }
}
