using System.Text;
using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>The words of a document: its name and, when it is plain text or HTML, what it says.</summary>
internal static class DocumentText
{
    /// <summary>Bytes that are looked at to tell text from anything else.</summary>
    private const int Sample = 4096;

    public static void Read(string name, ReadOnlySpan<byte> content, ItemText item)
    {
        item.AddSubject(name);
        if (Decode(content) is { } text)
        {
            bool isHtml = name.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".htm", StringComparison.OrdinalIgnoreCase);
            item.AddBody(isHtml ? HtmlText.Strip(text) : text);
        }
    }

    /// <summary>Null for what is no text: text has no control characters but blanks, unless it is UTF-16 and says so.</summary>
    private static string? Decode(ReadOnlySpan<byte> content)
    {
        if (content is [0xFF, 0xFE, ..])
        {
            return Encoding.Unicode.GetString(content[2..]);
        }

        if (content is [0xFE, 0xFF, ..])
        {
            return Encoding.BigEndianUnicode.GetString(content[2..]);
        }

        foreach (byte b in content[..Math.Min(content.Length, Sample)])
        {
            if (b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B))
            {
                return null;
            }
        }

        return Charsets.Guess(content);
    }
}
