namespace MailBackup.Storage;

/// <summary>Header and body of a message as the one content that they were.</summary>
internal sealed class ConcatenatedStream(Func<Stream> first, Func<Stream> second) : ReadOnlyStream
{
    private Stream? _current;
    private int _part;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (_part < 2)
        {
            _current ??= _part == 0 ? first() : second();
            int n = _current.Read(buffer);
            if (n > 0)
            {
                return n;
            }

            _current.Dispose();
            _current = null;
            _part++;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        _current?.Dispose();
        base.Dispose(disposing);
    }
}
