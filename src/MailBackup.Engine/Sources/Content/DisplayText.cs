using System.Buffers;
using System.Text;

namespace MailBackup.Sources.Content;

/// <summary>
/// Text of strangers made fit for a line of a listing: no control characters (a terminal would obey them), no half surrogate pairs, no
/// blanks around it, no longer than said.
/// </summary>
internal static class DisplayText
{
    /// <summary>All else needs no second look: U+0020–7E and what lies above C1, without separators and surrogates.</summary>
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Append(0x2028).Append(0x2029).Select(c => (char)c)));

    /// <param name="max">In UTF-16 units.</param>
    public static string Clean(string text, int max)
    {
        if (text.Length <= max && !text.AsSpan().ContainsAny(Suspicious) && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            && (text.Length == 0 || (!char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]))))
        {
            return text;
        }

        var rest = text.AsSpan().TrimStart();
        Span<char> kept = stackalloc char[max];
        int length = 0;
        while (!rest.IsEmpty)
        {
            var status = Rune.DecodeFromUtf16(rest, out var rune, out int consumed);
            rest = rest[consumed..];
            if (status == OperationStatus.Done && rune.Value is '\t' or '\r' or '\n' or 0x2028 or 0x2029)
            {
                rune = new Rune(' ');
            }
            else if (Rune.IsControl(rune))
            {
                continue;
            }

            if (!rune.TryEncodeToUtf16(kept[length..], out int written))
            {
                break;
            }

            length += written;
        }

        return kept[..length].Trim().ToString();
    }
}
