using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

internal enum StatusKind
{
    Ok,
    No,
    Bad,
    Bye,
    PreAuth,
}

/// <summary>A status response (RFC 9051 §7.1): <c>NO [OVERQUOTA] Quota exceeded</c>.</summary>
/// <param name="Code">The word of the response code (<c>OVERQUOTA</c>, <c>APPENDUID</c>), as the server writes it; empty when there is none.</param>
/// <param name="Arguments">The rest of the code.</param>
/// <param name="Text">For people.</param>
internal sealed record StatusLine(StatusKind Kind, string Code, string Arguments, string Text)
{
    public bool Is(string code) => string.Equals(Code, code, StringComparison.OrdinalIgnoreCase);

    public static bool TryKind(ReadOnlySpan<byte> word, out StatusKind kind)
    {
        (bool known, kind) = word.Length switch
        {
            2 when System.Text.Ascii.EqualsIgnoreCase(word, "OK"u8) => (true, StatusKind.Ok),
            2 when System.Text.Ascii.EqualsIgnoreCase(word, "NO"u8) => (true, StatusKind.No),
            3 when System.Text.Ascii.EqualsIgnoreCase(word, "BAD"u8) => (true, StatusKind.Bad),
            3 when System.Text.Ascii.EqualsIgnoreCase(word, "BYE"u8) => (true, StatusKind.Bye),
            7 when System.Text.Ascii.EqualsIgnoreCase(word, "PREAUTH"u8) => (true, StatusKind.PreAuth),
            _ => (false, StatusKind.Ok),
        };
        return known;
    }

    /// <param name="rest">What follows the status word.</param>
    public static StatusLine Parse(StatusKind kind, ReadOnlySpan<byte> rest)
    {
        string text = Encoding.UTF8.GetString(rest).Trim();
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is > 0 and int end)
        {
            string code = text[1..end];
            int space = code.IndexOf(' ', StringComparison.Ordinal);
            return new StatusLine(
                kind, space < 0 ? code : code[..space], space < 0 ? "" : code[(space + 1)..].Trim(), Clean(text[(end + 1)..]));
        }

        return new StatusLine(kind, "", "", Clean(text));
    }

    /// <summary>A server's words are shown to people: no control characters, no novel.</summary>
    private static string Clean(string text)
    {
        const int most = 300;
        var clean = new StringBuilder(Math.Min(text.Length, most));
        foreach (char c in text.AsSpan().Trim())
        {
            if (clean.Length == most)
            {
                break;
            }

            clean.Append(char.IsControl(c) || (c is >= '\u202A' and <= '\u202E') ? ' ' : c);
        }

        return clean.ToString().TrimEnd('.', ' ');
    }
}
