using System.Globalization;
using System.Text;
using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>
/// A value with parameters, as Content-Type and Content-Disposition have (RFC 2045 §5.1): <c>text/plain; charset="utf-8"</c>. Knows parameters
/// cut in pieces and in other charsets (RFC 2231), and forgives what mailers get wrong: encoded words, missing quotes, stray semicolons.
/// </summary>
internal sealed class MimeParameters
{
    public static readonly MimeParameters None = new("");

    /// <summary>Names come from mail: no more than these are kept.</summary>
    private const int MaxParameters = 128;

    private readonly Dictionary<string, string> _plain = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SortedList<int, (string Value, bool Encoded)>> _pieces = new(StringComparer.OrdinalIgnoreCase);

    private MimeParameters(string value) => Value = value;

    /// <summary>What stands before the first semicolon, in lower case and without blanks and comments.</summary>
    public string Value { get; private set; }

    public string? this[string name] =>
        _pieces.TryGetValue(name, out var pieces) ? Join(pieces) : _plain.GetValueOrDefault(name);

    /// <param name="text">Unfolded, and with its encoded words decoded: in parameters they are forbidden and common (RFC 2047 §5).</param>
    public static MimeParameters Parse(string text)
    {
        var result = new MimeParameters("");
        int at = 0;
        string first = NextPiece(text, ref at);
        int comment = first.IndexOf('(', StringComparison.Ordinal);
        first = comment < 0 ? first : first[..comment];
        result.Value = string.Concat(first.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();
        while (at < text.Length && result._plain.Count + result._pieces.Count < MaxParameters)
        {
            result.Add(NextPiece(text, ref at));
        }

        return result;
    }

    /// <summary>Up to the next semicolon outside quotes.</summary>
    private static string NextPiece(string text, ref int at)
    {
        int start = at;
        bool quoted = false;
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '\\' && quoted)
            {
                at++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ';' && !quoted)
            {
                break;
            }
        }

        string piece = text[start..Math.Min(at, text.Length)];
        at++;
        return piece;
    }

    private void Add(string piece)
    {
        int equals = piece.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return;
        }

        string name = piece[..equals].Trim();
        string value = Unquote(piece.AsSpan(equals + 1).Trim());
        int star = name.IndexOf('*', StringComparison.Ordinal);
        if (star <= 0)
        {
            _plain.TryAdd(name, value);
            return;
        }

        // name*=charset'language'value, name*0=…, name*0*=… (RFC 2231 §3 and §4).
        bool encoded = name.EndsWith('*');
        var number = name.AsSpan(star + 1).TrimEnd('*');
        int section = 0;
        if (number.Length > 0 && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out section))
        {
            return;
        }

        string key = name[..star];
        if (!_pieces.TryGetValue(key, out var pieces))
        {
            _pieces[key] = pieces = [];
        }

        if (pieces.Count < MaxParameters)
        {
            pieces.TryAdd(section, (value, encoded));
        }
    }

    private static string Unquote(ReadOnlySpan<char> value)
    {
        if (value.Length == 0 || value[0] != '"')
        {
            return value.ToString();
        }

        var text = new StringBuilder(value.Length);
        for (int i = 1; i < value.Length && value[i] != '"'; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
            {
                i++;
            }

            text.Append(value[i]);
        }

        return text.ToString();
    }

    /// <summary>The pieces in the order of their numbers: a character may be split between two of them.</summary>
    private static string Join(SortedList<int, (string Value, bool Encoded)> pieces)
    {
        var bytes = new List<byte>();
        Encoding? charset = null;
        bool first = true;
        foreach (var (value, encoded) in pieces.Values)
        {
            var rest = value.AsSpan();
            if (first && encoded && rest.IndexOf('\'') is >= 0 and var quote && rest[(quote + 1)..].IndexOf('\'') is >= 0 and var second)
            {
                charset = Charsets.Find(Encoding.UTF8.GetBytes(rest[..quote].ToString()));
                rest = rest[(quote + second + 2)..];
            }

            first = false;
            AddBytes(bytes, rest, encoded);
        }

        byte[] all = [.. bytes];
        return charset is null ? Charsets.Guess(all) : charset.GetString(all);
    }

    private static void AddBytes(List<byte> bytes, ReadOnlySpan<char> text, bool percent)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (percent && text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                bytes.Add(b);
                i += 2;
            }
            else if (char.IsAscii(text[i]))
            {
                bytes.Add((byte)text[i]);
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
        }
    }
}
