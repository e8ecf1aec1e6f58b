using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Archives.Mbox;

/// <summary>
/// Finds the messages of an mbox file. One begins where a line starts with <c>From </c> at the top of the file or behind an empty line. Where the
/// first message states a <c>Content-Length</c> that leads exactly to the next (mboxcl, mboxcl2), such lengths are believed as long as they do; in
/// any other file they are not, because a sender could hide the messages behind his own with one.
/// </summary>
/// <param name="ours">An archive of ours never goes by lengths.</param>
internal sealed class MboxScanner(SafeFileHandle file, bool ours)
{
    private const int WindowLength = 256 * 1024;
    private const int LongestFromLine = 1000;
    private const int Lookahead = 64;

    private readonly long _length = RandomAccess.GetLength(file);
    private readonly byte[] _window = new byte[WindowLength];
    private long _windowStart = -1;
    private int _windowFilled;

    /// <summary>Bytes before the first message that belong to none; the length of the file when it has no message.</summary>
    public long Garbage { get; private set; }

    public IEnumerable<MboxMessage> Messages(CancellationToken token)
    {
        long from = IsFrom(0) ? 0 : NextFrom(0);
        Garbage = from < 0 ? _length : from;
        bool? byLength = ours ? false : null;
        while (from >= 0)
        {
            token.ThrowIfCancellationRequested();
            int line = LineLength(from);
            string fromLine = Encoding.Latin1.GetString(Peek(from, Math.Min(line, LongestFromLine))).TrimEnd('\r', '\n');
            long start = from + line;
            long next;
            if (byLength != false && EndByLength(start) is { } end)
            {
                byLength = true;
                next = end.Next;
                yield return new MboxMessage(fromLine, start, end.End, IsQuoted: !HasFrom(start, end.End));
            }
            else
            {
                byLength ??= false;
                next = NextFrom(start);
                yield return new MboxMessage(fromLine, start, EndBefore(start, next < 0 ? _length : next), IsQuoted: true);
            }

            from = next;
        }
    }

    /// <summary>The message without the blank line that separates it from the next.</summary>
    private long EndBefore(long start, long next)
    {
        bool lf = next - 1 >= start && At(next - 1) == '\n';
        if (!lf)
        {
            return next;
        }

        long blank = next - 2 >= start && At(next - 2) == '\r' ? next - 2 : next - 1;
        return blank == start || At(blank - 1) == '\n' ? blank : next;
    }

    private (long End, long Next)? EndByLength(long start)
    {
        var head = Peek(start, MailFields.HeadLength);
        string? text = MailFields.Read(head, out int body).Find("Content-Length");
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length) || length > _length - start - body)
        {
            return null;
        }

        long end = start + body + length;
        for (long next = end; next <= end + 2; next++)
        {
            if (next == _length)
            {
                return (end, -1);
            }

            if (IsFrom(next) && (next == end || At(next - 1) == '\n'))
            {
                return (end, next);
            }
        }

        return null;
    }

    private bool HasFrom(long start, long end) => NextFrom(start) is var next and >= 0 && next < end;

    /// <summary>Where the next From_ line behind an empty line begins, or -1.</summary>
    private long NextFrom(long position)
    {
        while (position < _length)
        {
            var window = Window(position);
            int found = window.IndexOf("\nFrom "u8);
            if (found < 0)
            {
                // The end of this window may be the beginning of what is looked for.
                position = position + window.Length == _length ? _length : position + window.Length - 5;
                continue;
            }

            long newline = position + found;
            bool blank = newline == 0 || At(newline - 1) == '\n' || (At(newline - 1) == '\r' && (newline == 1 || At(newline - 2) == '\n'));
            if (blank)
            {
                return newline + 1;
            }

            position = newline + 1;
        }

        return -1;
    }

    private bool IsFrom(long position) => Peek(position, 5).AsSpan().SequenceEqual("From "u8);

    private int LineLength(long position)
    {
        for (long at = position; at < _length;)
        {
            var window = Window(at);
            int newline = window.IndexOf((byte)'\n');
            if (newline >= 0)
            {
                return (int)Math.Min(at + newline + 1 - position, int.MaxValue);
            }

            at += window.Length;
        }

        return (int)Math.Min(_length - position, int.MaxValue);
    }

    private byte At(long position) => Window(position)[0];

    private byte[] Peek(long position, int count)
    {
        var bytes = new byte[(int)Math.Max(0, Math.Min(count, _length - position))];
        int n = bytes.Length == 0 ? 0 : RandomAccess.Read(file, bytes, position);
        return n == bytes.Length ? bytes : bytes[..n];
    }

    /// <summary>What is held of the file from a position on; a line's worth at least, but at the end of the file.</summary>
    private ReadOnlySpan<byte> Window(long position)
    {
        long held = _windowStart + _windowFilled;
        if (_windowStart < 0 || position < _windowStart || position >= held || (held - position < Lookahead && held < _length))
        {
            // A little before, because one looks back for the empty line.
            _windowStart = Math.Max(0, position - 4);
            _windowFilled = RandomAccess.Read(file, _window, _windowStart);
            if (_windowFilled <= position - _windowStart)
            {
                throw new EndOfStreamException("the file became shorter while it was read");
            }
        }

        return _window.AsSpan((int)(position - _windowStart), _windowFilled - (int)(position - _windowStart));
    }
}
