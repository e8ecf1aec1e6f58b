namespace MailBackup.Searching.Text;

/// <summary>
/// A stream line by line in a buffer that never grows: a line that is longer comes in several pieces, of which the first is never shorter than
/// a boundary can be.
/// </summary>
internal sealed class LinePieces(byte[] buffer)
{
    private Stream _content = Stream.Null;
    private int _start, _end;
    private bool _atEnd, _inLine;

    /// <summary>Bytes taken from the stream.</summary>
    public long Consumed { get; private set; }

    public void Begin(Stream content)
    {
        _content = content;
        _start = _end = 0;
        _atEnd = _inLine = false;
        Consumed = 0;
    }

    /// <param name="piece">With its line feed, where it is the end of a line. Good until the next call.</param>
    /// <param name="startsLine">False for a further piece of a long line.</param>
    public bool TryTake(out ReadOnlySpan<byte> piece, out bool startsLine)
    {
        startsLine = !_inLine;
        int searched = 0;
        while (true)
        {
            int feed = buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                piece = buffer.AsSpan(_start, searched + feed + 1);
                _start += piece.Length;
                _inLine = false;
                return true;
            }

            searched = _end - _start;
            if (_atEnd || searched == buffer.Length)
            {
                piece = buffer.AsSpan(_start, searched);
                _start = _end = 0;
                _inLine = true;
                return piece.Length > 0;
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
            _end -= _start;
            _start = 0;
        }

        int n = _content.Read(buffer, _end, buffer.Length - _end);
        _end += n;
        Consumed += n;
        _atEnd = n == 0;
    }
}
