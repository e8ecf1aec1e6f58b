using System.Globalization;
using System.Text;

namespace MailBackup.Display;

/// <summary>
/// Makes text from mail, paths and servers safe for a terminal: a subject is written by strangers, and an escape sequence in it could
/// repaint the screen or type commands. Whatever steers a terminal or turns the writing direction becomes U+FFFD, white space a blank.
/// </summary>
public static class TextCleaner
{
    private const char Replacement = '\uFFFD';

    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        int clean = CleanPrefix(text);
        return clean == text.Length ? text : Rewrite(text, clean);
    }

    /// <summary>Nearly all text is clean: it is then passed on as it is.</summary>
    private static int CleanPrefix(string text)
    {
        int i = 0;
        while (i < text.Length && (text[i] is >= ' ' and < '\x7f' || (!char.IsSurrogate(text[i]) && !IsUnsafe(text[i]))))
        {
            i++;
        }

        return i;
    }

    private static string Rewrite(string text, int start)
    {
        var result = new StringBuilder(text.Length);
        result.Append(text, 0, start);
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                // The tag characters of plane 14 are invisible and carry hidden text.
                bool hidden = CharUnicodeInfo.GetUnicodeCategory(text, i) is UnicodeCategory.Format;
                result.Append(hidden ? new string(Replacement, 1) : text.AsSpan(i, 2));
                i++;
            }
            else if (c is '\t' or '\n' or '\r' or '\u2028' or '\u2029')
            {
                result.Append(' ');
            }
            else
            {
                result.Append(char.IsSurrogate(c) || IsUnsafe(c) ? Replacement : c);
            }
        }

        return result.ToString();
    }

    /// <summary>C0 and C1 controls, DEL, line and paragraph separators, and the format characters that turn or hide text.</summary>
    private static bool IsUnsafe(char c) => c switch
    {
        < ' ' or (>= '\x7f' and <= '\x9f') => true,
        // Zero-width joiner and non-joiner are needed to write Persian, Indic scripts and emoji.
        '\u200c' or '\u200d' => false,
        // Soft hyphen, Arabic letter mark, and all of the bidirectional and invisible ones.
        '\u00ad' or '\u061c' or '\ufeff' or (>= '\u200b' and <= '\u200f') or (>= '\u2028' and <= '\u202e')
            or (>= '\u2060' and <= '\u206f') or (>= '\ufff9' and <= '\ufffb') => true,
        _ => false,
    };
}
