using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MailBackup.Archives;

/// <summary>The fields of a message header (RFC 5322 §2.2), as far as an import needs them: which message it is, when it came, what an mbox adds.</summary>
internal static partial class MailFields
{
    /// <summary>As much of a content as is looked at; no header that matters is longer.</summary>
    public const int HeadLength = 64 * 1024;

    private static readonly string[] DateFormats =
        ["d MMM yyyy H:mm:ss zzz", "d MMM yyyy H:mm zzz", "d MMM yyyy H:mm:ss", "d MMM yy H:mm:ss zzz"];

    /// <summary>One field: where its lines stand in the head, and its value unfolded.</summary>
    public readonly record struct Field(string Name, string Value, int Start, int Length);

    /// <param name="bodyStart">Where the body begins; the length of the head when its end is not in it.</param>
    public static List<Field> Read(ReadOnlySpan<byte> head, out int bodyStart)
    {
        var fields = new List<Field>();
        for (int position = 0; position < head.Length;)
        {
            int length = LineLength(head[position..]);
            if (head.Slice(position, length).TrimEnd("\r\n"u8).IsEmpty)
            {
                bodyStart = position + length;
                return fields;
            }

            while (position + length < head.Length && head[position + length] is (byte)' ' or (byte)'\t')
            {
                length += LineLength(head[(position + length)..]);
            }

            var line = head.Slice(position, length);
            int colon = line.IndexOf((byte)':');
            if (colon > 0)
            {
                string value = Encoding.Latin1.GetString(line[(colon + 1)..]).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
                fields.Add(new Field(Encoding.Latin1.GetString(line[..colon]).TrimEnd(), value.Trim(), position, length));
            }

            position += length;
        }

        bodyStart = head.Length;
        return fields;
    }

    /// <summary>The first of that name, without regard to case; null when there is none.</summary>
    public static string? Find(this List<Field> fields, string name)
    {
        foreach (var field in fields)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return field.Value;
            }
        }

        return null;
    }

    /// <summary>When the message came: by the last server that took it in, else by its sender.</summary>
    public static DateTimeOffset? Date(this List<Field> fields)
    {
        string? received = fields.Find("Received");
        return (received is null ? null : ParseDate(received[(received.LastIndexOf(';') + 1)..])) ?? ParseDate(fields.Find("Date") ?? "");
    }

    /// <summary>RFC 5322 §3.3 and its obsolete forms; null for what is none.</summary>
    public static DateTimeOffset? ParseDate(string text)
    {
        text = Comment().Replace(text, " ");
        int comma = text.IndexOf(',', StringComparison.Ordinal);
        text = Blanks().Replace(text[(comma + 1)..], " ").Trim();
        text = Zone().Replace(text, " +0000");
        return DateTimeOffset.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToUniversalTime() : null;
    }

    private static int LineLength(ReadOnlySpan<byte> text) => text.IndexOf((byte)'\n') is var newline and >= 0 ? newline + 1 : text.Length;

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@" (?:GMT|UTC|UT|Z)$", RegexOptions.IgnoreCase)]
    private static partial Regex Zone();
}
