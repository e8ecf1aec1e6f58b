using System.Buffers;

namespace MailBackup.Archives.Mbox;

/// <summary>
/// The quoting of mboxrd: a line that begins with <c>From </c>, with any number of <c>&gt;</c> before it, gets one <c>&gt;</c> more, and loses it again on
/// reading. So no line of a message can be taken for the beginning of the next, and every message comes back byte for byte. (The older mboxo quotes
/// only <c>From </c> itself and cannot tell afterwards.)
/// </summary>
/// <param name="quote">True to write, false to read.</param>
internal sealed class MboxLines(bool quote)
{
    private static ReadOnlySpan<byte> From => "From "u8;

    private bool _atStart = true;
    private long _marks;
    private int _matched;

    /// <summary>Takes the next piece of a message, however it is cut.</summary>
    public void Process(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        while (!input.IsEmpty)
        {
            if (!_atStart)
            {
                int newline = input.IndexOf((byte)'\n');
                int length = newline < 0 ? input.Length : newline + 1;
                output.Write(input[..length]);
                input = input[length..];
                _atStart = newline >= 0;
            }
            else if (_matched == 0 && input[0] == '>')
            {
                _marks++;
                input = input[1..];
            }
            else if (input[0] == From[_matched])
            {
                input = input[1..];
                if (++_matched == From.Length)
                {
                    Decide(Math.Max(_marks + (quote ? 1 : -1), 0), output);
                }
            }
            else
            {
                Decide(_marks, output);
            }
        }
    }

    /// <summary>The message ends here.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_atStart)
        {
            Decide(_marks, output);
        }

        _atStart = true;
    }

    private void Decide(long marks, IBufferWriter<byte> output)
    {
        // A counter, not a buffer: a line of a thousand million marks costs no memory here.
        while (marks > 0)
        {
            var span = output.GetSpan((int)Math.Min(marks, 4096));
            int n = (int)Math.Min(marks, span.Length);
            span[..n].Fill((byte)'>');
            output.Advance(n);
            marks -= n;
        }

        output.Write(From[.._matched]);
        (_atStart, _marks, _matched) = (false, 0, 0);
    }
}
