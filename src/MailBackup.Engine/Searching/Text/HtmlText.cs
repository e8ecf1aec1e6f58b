using System.Net;
using System.Text;

namespace MailBackup.Searching.Text;

/// <summary>
/// The words of an HTML page: tags, comments, scripts and styles left out, entities resolved. Reads once from front to back and never back
/// again, so the worst page takes as long as any other of its size.
/// </summary>
internal static class HtmlText
{
    /// <summary>Elements within a word: leaving them out must not cut it. Any other parts what stands before it from what stands behind.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Inline = new HashSet<string>(
        ["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "o", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Strip(ReadOnlySpan<char> html)
    {
        var text = new StringBuilder(html.Length / 2);
        while (!html.IsEmpty)
        {
            int tag = html.IndexOf('<');
            text.Append(tag < 0 ? html : html[..tag]);
            if (tag < 0)
            {
                break;
            }

            html = html[tag..];
            if (html.StartsWith("<!--"))
            {
                text.Append(' ');
                html = Behind(html[4..], "-->");
                continue;
            }

            int nameStart = html.Length > 1 && html[1] == '/' ? 2 : 1;
            int nameEnd = nameStart;
            while (nameEnd < html.Length && char.IsAsciiLetterOrDigit(html[nameEnd]))
            {
                nameEnd++;
            }

            if (nameEnd == nameStart && !(html.Length > 1 && html[1] is '!' or '?' or '/'))
            {
                // "a < b": no tag at all.
                text.Append('<');
                html = html[1..];
                continue;
            }

            var name = html[nameStart..nameEnd];
            html = Behind(html[nameEnd..], ">");
            if (nameStart == 1 && (Is(name, "script") || Is(name, "style")))
            {
                // Without its end tag all the rest belongs to it, for a browser too.
                html = Behind(html, Is(name, "script") ? "</script" : "</style");
                html = Behind(html, ">");
                text.Append(' ');
            }
            else if (!Inline.Contains(name))
            {
                text.Append(' ');
            }
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    private static bool Is(ReadOnlySpan<char> name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Behind(ReadOnlySpan<char> html, string end)
    {
        int at = html.IndexOf(end, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? default : html[(at + end.Length)..];
    }
}
