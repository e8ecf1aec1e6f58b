namespace MailBackup.Sources.Imap.Connection;

/// <summary>What a server says it can do; names are compared without case.</summary>
internal sealed class Capabilities
{
    private readonly HashSet<string> _names;

    private Capabilities(IEnumerable<string> names) => _names = new(names, StringComparer.OrdinalIgnoreCase);

    public static Capabilities None { get; } = new([]);

    public bool IsEmpty => _names.Count == 0;

    /// <summary>IMAP4rev2 has these built in (RFC 9051, appendix E).</summary>
    private static readonly string[] Rev2 =
        ["NAMESPACE", "UNSELECT", "UIDPLUS", "ESEARCH", "SEARCHRES", "ENABLE", "IDLE", "SASL-IR", "LIST-EXTENDED", "LIST-STATUS", "MOVE", "LITERAL-", "SPECIAL-USE", "STATUS=SIZE"];

    public bool Has(string name) => _names.Contains(name);

    public bool LiteralPlus => Has("LITERAL+");

    /// <summary>Literals up to this length may be sent unasked (RFC 7888): with LITERAL+ any, with LITERAL- up to 4,096 bytes, else none.</summary>
    public long UnaskedLiteral => LiteralPlus ? long.MaxValue : Has("LITERAL-") ? 4096 : -1;

    /// <summary>The largest message that the server takes (RFC 7889), or null.</summary>
    public long? AppendLimit =>
        _names.FirstOrDefault(n => n.StartsWith("APPENDLIMIT=", StringComparison.OrdinalIgnoreCase)) is { } limit
        && long.TryParse(limit["APPENDLIMIT=".Length..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long bytes)
            ? bytes : null;

    /// <param name="list">Names with blanks between them.</param>
    public static Capabilities Parse(string list)
    {
        var names = list.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        if (names.Contains("IMAP4rev2", StringComparer.OrdinalIgnoreCase))
        {
            names.AddRange(Rev2);
        }

        return new Capabilities(names);
    }
}
