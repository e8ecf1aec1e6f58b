using System.Buffers;
using System.Text;

namespace MailBackup.Searching.Text;

/// <summary>
/// Text made ready for the index and, the same way, for a query: blanks collapsed, encoded data left out, and characters of scripts that
/// are written without blanks set apart, so that each is a word and a word is a phrase of them.
/// </summary>
internal static class WordText
{
    /// <summary>Encoded data (base64, hexadecimal dumps) comes in runs of at least this many characters; words do not.</summary>
    private const int EncodedRun = 60;

    /// <summary>The longest run that is taken for a word (an address of a web page, a path); what stands behind is dropped.</summary>
    private const int MaxRun = 2048;

    /// <summary>U+2E80 (CJK radicals) on: below it every script that we know of has blanks or is treated as if it had.</summary>
    private const char FirstUnspaced = '\u2E80';

    private static readonly SearchValues<char> Blanks = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x21).Concat(Enumerable.Range(0x7F, 0x22)).Append(0x200B).Append(0x2028).Append(0x2029).Append(0x3000).Append(0xFEFF)
            .Select(c => (char)c)));

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private static readonly SearchValues<byte> Base64Bytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Appends the words of a text behind a blank, as long as there is room.</summary>
    /// <param name="max">UTF-16 units that the target may have.</param>
    public static void Append(StringBuilder target, ReadOnlySpan<char> text, int max)
    {
        while (!text.IsEmpty && target.Length < max)
        {
            int blank = text.IndexOfAny(Blanks);
            var run = blank < 0 ? text : text[..blank];
            text = blank < 0 ? default : text[(blank + 1)..];
            if (run.IsEmpty || IsEncodedData(run))
            {
                continue;
            }

            if (target.Length > 0)
            {
                target.Append(' ');
            }

            AppendRun(target, run[..Math.Min(run.Length, Math.Min(MaxRun, Math.Max(0, max - target.Length)))]);
        }
    }

    /// <summary>A line of mail that is nothing but encoded data: told before it is decoded, because such lines come by the thousand.</summary>
    public static bool IsEncodedData(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd("\r\n"u8);
        return line.Length is >= EncodedRun and not 64 and not 128 && !line.ContainsAnyExcept(Base64Bytes);
    }

    private static bool IsEncodedData(ReadOnlySpan<char> run) =>
        run.Length >= EncodedRun && !run.ContainsAnyExcept(Base64) && (run.Length > 128 || run.ContainsAnyExcept(Hexadecimal));

    private static void AppendRun(StringBuilder target, ReadOnlySpan<char> run)
    {
        int at;
        while ((at = run.IndexOfAnyInRange(FirstUnspaced, '\uFFFF')) >= 0)
        {
            target.Append(run[..at]);
            char c = run[at];
            run = run[(at + 1)..];
            if (IsUnspaced(c))
            {
                target.Append(' ').Append(c).Append(' ');
            }
            else if (char.IsSurrogate(c))
            {
                // Whole pairs only: half of one is no character.
                if (char.IsHighSurrogate(c) && run.Length > 0 && char.IsLowSurrogate(run[0]))
                {
                    target.Append(' ').Append(c).Append(run[0]).Append(' ');
                    run = run[1..];
                }
            }
            else if (!IsPrivate(c))
            {
                target.Append(c);
            }
        }

        target.Append(run);
    }

    /// <summary>Han, Kana, Bopomofo, Yi; Hangul has blanks between its words.</summary>
    private static bool IsUnspaced(char c) => c is >= FirstUnspaced and <= '\uA4CF' or >= '\uF900' and <= '\uFAFF' or >= '\uFF66' and <= '\uFF9F';

    /// <summary>Private use: the marks of the index are made of these.</summary>
    private static bool IsPrivate(char c) => c is >= '\uE000' and <= '\uF8FF';
}
