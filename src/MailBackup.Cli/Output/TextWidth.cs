using System.Globalization;
using System.Text;

namespace MailBackup.Cli.Output;

/// <summary>How many columns of a terminal clean text takes, and text cut or filled to a number of columns.</summary>
internal static class TextWidth
{
    // Blocks whose characters take two columns (Unicode East Asian Width W and F, emoji), coarse but right for what mail holds.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x23E9, 0x23EC), (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x26AA, 0x26AB),
        (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x2753, 0x2755), (0x2795, 0x2797), (0x2B1B, 0x2B1C),
        (0x2E80, 0x303E), (0x3041, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF),
        (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    public static int Of(ReadOnlySpan<char> text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text.Length;
        }

        int width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Of(rune);
        }

        return width;
    }

    /// <summary>The text in exactly <paramref name="width"/> columns: filled with blanks, or cut with an ellipsis.</summary>
    public static void AppendFitted(StringBuilder line, string text, int width, bool right)
    {
        int own = Of(text);
        if (own > width)
        {
            text = Cut(text, width);
            own = Of(text);
        }

        if (right)
        {
            line.Append(' ', width - own).Append(text);
        }
        else
        {
            line.Append(text).Append(' ', width - own);
        }
    }

    /// <summary>The text in at most <paramref name="width"/> columns.</summary>
    public static string Cut(string text, int width)
    {
        if (Of(text) <= width)
        {
            return text;
        }

        if (width < 1)
        {
            return "";
        }

        int used = 0, end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            int next = used + Of(rune);
            if (next > width - 1)
            {
                break;
            }

            used = next;
            end += rune.Utf16SequenceLength;
        }

        return string.Concat(text.AsSpan(0, end).TrimEnd(), "…");
    }

    private static int Of(Rune rune)
    {
        int value = rune.Value;
        if (value < 0x300)
        {
            return 1;
        }

        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
        {
            return 0;
        }

        foreach (var (first, last) in Wide)
        {
            if (value < first)
            {
                return 1;
            }

            if (value <= last)
            {
                return 2;
            }
        }

        return 1;
    }
}
