namespace MailBackup.Storage;

/// <summary>
/// Writes what follows a gzip header: the content, coded by <see cref="HuffmanDeflate"/> block by block, and when disposed the trailer. The output
/// stays open.
/// </summary>
internal sealed class HuffmanGzipStream(Stream output) : Stream
{
    private readonly HuffmanDeflate _deflate = new();
    private readonly byte[] _block = new byte[HuffmanDeflate.BlockLength];
    private readonly byte[] _coded = new byte[HuffmanDeflate.Bound(HuffmanDeflate.BlockLength)];
    private int _filled;
    private uint _crc;
    private long _length;
    private bool _ended;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _crc = Crc32.Append(_crc, buffer);
        _length += buffer.Length;
        while (!buffer.IsEmpty)
        {
            if (_filled == _block.Length)
            {
                EndBlock(last: false);
            }

            int taken = Math.Min(buffer.Length, _block.Length - _filled);
            buffer[..taken].CopyTo(_block.AsSpan(_filled));
            _filled += taken;
            buffer = buffer[taken..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>A block is only written when it is full.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended)
        {
            _ended = true;
            EndBlock(last: true);
            Span<byte> trailer = stackalloc byte[GzipMember.TrailerLength];
            GzipMember.WriteTrailer(trailer, _crc, _length);
            output.Write(trailer);
        }

        base.Dispose(disposing);
    }

    private void EndBlock(bool last)
    {
        int written = _deflate.WriteBlock(_block.AsSpan(0, _filled), last, _coded);
        output.Write(_coded.AsSpan(0, written));
        _filled = 0;
    }
}
