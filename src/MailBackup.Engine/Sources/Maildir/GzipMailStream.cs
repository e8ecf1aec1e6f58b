using System.Buffers;
using System.IO.Compression;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The plain content of a message that the server keeps compressed. Damage is an <see cref="ItemReadException"/>, and so is a file that ends
/// too early, which <see cref="GZipStream"/> takes for a shorter one.
/// </summary>
/// <remarks>
/// A small member of our own is read behind the file's: only when every member before it is complete does its text come out at the end. The
/// text is held back and compared.
/// </remarks>
internal sealed class GzipMailStream : Stream
{
    private static readonly byte[] Mark = "end of the file\n"u8.ToArray();
    private static readonly byte[] MarkMember = Compress(Mark);

    private readonly string _path;
    private readonly GZipStream _inflated;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
    private int _start;
    private int _end;
    private bool _ended;

    public GzipMailStream(Stream compressed, string path)
    {
        _path = path;
        _inflated = new GZipStream(new TailedStream(compressed, MarkMember), CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        while (!_ended && _end - _start <= Mark.Length)
        {
            Fill(_buffer);
        }

        int available = _ended ? _end - _start : _end - _start - Mark.Length;
        int n = Math.Min(available, buffer.Length);
        _buffer.AsSpan(_start, n).CopyTo(buffer);
        _start += n;
        return n;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
            _inflated.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill(byte[] buffer)
    {
        buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
        _end -= _start;
        _start = 0;
        int n;
        try
        {
            n = _inflated.Read(buffer, _end, buffer.Length - _end);
        }
        catch (InvalidDataException e)
        {
            throw new ItemReadException(_path, "its compressed content is damaged", e);
        }

        _end += n;
        if (n == 0)
        {
            if (!buffer.AsSpan(0, _end).EndsWith(Mark))
            {
                throw new ItemReadException(_path, "its compressed content is damaged or ends too early");
            }

            _ended = true;
            _end -= Mark.Length;
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return result.ToArray();
    }

    /// <summary>A stream and some bytes behind it.</summary>
    private sealed class TailedStream(Stream inner, byte[] tail) : Stream
    {
        private bool _innerEnded;
        private int _tailStart;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (!_innerEnded)
            {
                int n = inner.Read(buffer);
                if (n > 0)
                {
                    return n;
                }

                _innerEnded = true;
            }

            int rest = Math.Min(tail.Length - _tailStart, buffer.Length);
            tail.AsSpan(_tailStart, rest).CopyTo(buffer);
            _tailStart += rest;
            return rest;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
