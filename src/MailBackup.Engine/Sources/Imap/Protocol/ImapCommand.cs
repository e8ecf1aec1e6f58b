using System.Globalization;
using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>
/// A command without its tag, ready to be sent. Before each part but the first the server must ask for it (RFC 9051 §4.3, synchronising literals); where it
/// takes literals unasked (RFC 7888), there is one part only.
/// </summary>
internal sealed class ImapCommand
{
    private readonly List<byte[]> _parts = [];
    private readonly List<byte> _part = [];
    private readonly bool _unasked;

    /// <param name="literalPlus">The server takes literals unasked.</param>
    public ImapCommand(string text, bool literalPlus = false)
    {
        _unasked = literalPlus;
        Add(text);
    }

    /// <summary>What is logged and shown of it: never a secret.</summary>
    public string Name => Encoding.ASCII.GetString(Parts[0].TakeWhile(b => b is not (byte)' ' and not (byte)'\r').ToArray());

    public IReadOnlyList<byte[]> Parts => _part.Count == 0 ? _parts : [.. _parts, _part.ToArray()];

    public ImapCommand Add(string text)
    {
        _part.AddRange(Encoding.UTF8.GetBytes(text));
        return this;
    }

    /// <summary>A string: quoted where it can be, else a literal.</summary>
    public ImapCommand AddString(string text)
    {
        if (text.Any(c => c is '\r' or '\n' or '\0'))
        {
            return AddLiteral(Encoding.UTF8.GetBytes(text));
        }

        return Add(Quote(text));
    }

    public ImapCommand AddLiteral(ReadOnlySpan<byte> content)
    {
        Add(string.Create(CultureInfo.InvariantCulture, $"{{{content.Length}{(_unasked ? "+" : "")}}}\r\n"));
        if (!_unasked)
        {
            _parts.Add(_part.ToArray());
            _part.Clear();
        }

        _part.AddRange(content);
        return this;
    }

    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
