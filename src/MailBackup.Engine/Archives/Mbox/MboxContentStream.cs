using System.Buffers;
using MailBackup.Storage;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Archives.Mbox;

/// <summary>A message of an mbox file as it was before it was put there: without the quoting, and without the pieces that the file adds.</summary>
/// <param name="pieces">Parts of the file, in order, that are the message.</param>
/// <param name="limit">Bytes after which the message ends; what follows is the end of a line that the file needed.</param>
internal sealed class MboxContentStream(SafeFileHandle file, IReadOnlyList<(long Start, long End)> pieces, bool quoted, long? limit) : ReadOnlyStream
{
    private readonly MboxLines _lines = new(quote: false);
    private readonly ArrayBufferWriter<byte> _ready = new();
    private readonly byte[] _raw = new byte[64 * 1024];
    private int _given;
    private int _piece;
    private long _inPiece;
    private long _total;
    private bool _complete;

    public override int Read(Span<byte> buffer)
    {
        while (_given == _ready.WrittenCount && !_complete)
        {
            _ready.ResetWrittenCount();
            _given = 0;
            Fill();
        }

        long allowed = Math.Min(buffer.Length, (limit ?? long.MaxValue) - _total);
        int n = (int)Math.Min(allowed, _ready.WrittenCount - _given);
        _ready.WrittenSpan.Slice(_given, n).CopyTo(buffer);
        _given += n;
        _total += n;
        return n;
    }

    private void Fill()
    {
        while (_piece < pieces.Count && _inPiece == pieces[_piece].End - pieces[_piece].Start)
        {
            (_piece, _inPiece) = (_piece + 1, 0);
        }

        if (_piece == pieces.Count)
        {
            _lines.Complete(_ready);
            _complete = true;
            return;
        }

        var (start, end) = pieces[_piece];
        int n = RandomAccess.Read(file, _raw.AsSpan(0, (int)Math.Min(_raw.Length, end - start - _inPiece)), start + _inPiece);
        if (n == 0)
        {
            throw new EndOfStreamException("the file ends within the message");
        }

        _inPiece += n;
        if (quoted)
        {
            _lines.Process(_raw.AsSpan(0, n), _ready);
        }
        else
        {
            _ready.Write(_raw.AsSpan(0, n));
        }
    }
}
