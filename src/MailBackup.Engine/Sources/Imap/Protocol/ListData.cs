namespace MailBackup.Sources.Imap.Protocol;

/// <summary>A <c>LIST</c> or <c>LSUB</c> response (RFC 9051 §7.3.1).</summary>
/// <param name="Name">As the server writes it.</param>
/// <param name="Separator">Between the parts of names; null where names have no parts.</param>
internal sealed record ListData(string Name, char? Separator, IReadOnlyList<string> Attributes)
{
    /// <summary>False for a mere level above others.</summary>
    public bool CanBeOpened => !Has("\\Noselect") && !Has("\\NonExistent");

    public bool Has(string attribute) => Attributes.Contains(attribute, StringComparer.OrdinalIgnoreCase);

    public static ListData Parse(ReadOnlySpan<byte> body)
    {
        var reader = new ResponseReader(body);
        var attributes = reader.Words();
        string? separator = reader.Text();
        string name = reader.Text() ?? "NIL";
        return new ListData(name, separator is { Length: > 0 } ? separator[0] : null, attributes);
    }
}
