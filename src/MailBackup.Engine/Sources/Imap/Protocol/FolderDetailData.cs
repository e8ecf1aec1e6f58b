namespace MailBackup.Sources.Imap.Protocol;

/// <summary>An <c>ACL</c> response (RFC 4314 §3.6): who may do what with a folder.</summary>
/// <param name="Entries">Identifier and rights, in the server's order.</param>
internal sealed record AclData(string Folder, IReadOnlyList<(string Identifier, string Rights)> Entries)
{
    /// <summary>Throws <see cref="ImapProtocolException"/>.</summary>
    public static AclData Parse(ReadOnlySpan<byte> body)
    {
        var reader = new ResponseReader(body);
        string folder = reader.Text() ?? "NIL";
        var entries = new List<(string, string)>();
        reader.SkipSpaces();
        while (!reader.AtEnd)
        {
            entries.Add((reader.Text() ?? "NIL", reader.Text() ?? ""));
            reader.SkipSpaces();
        }

        return new AclData(folder, entries);
    }
}

/// <summary>A <c>METADATA</c> response (RFC 5464 §4.4.1) with values.</summary>
/// <param name="Entries">Name (<c>/private/comment</c>) and value; those without a value are left out.</param>
/// <param name="PassedOver">Name and length of values that were too large to be held.</param>
internal sealed record MetadataData(string Folder, IReadOnlyList<(string Name, string Value)> Entries, IReadOnlyList<(string Name, long Length)> PassedOver)
{
    /// <summary>Throws <see cref="ImapProtocolException"/>.</summary>
    public static MetadataData Parse(ReadOnlySpan<byte> body)
    {
        var reader = new ResponseReader(body);
        string folder = reader.Text() ?? "NIL";
        var entries = new List<(string, string)>();
        var passedOver = new List<(string, long)>();
        if (reader.TryTake('('))
        {
            while (!reader.TryTake(')'))
            {
                string name = reader.Text() ?? "NIL";
                if (reader.String(out long length) is { } value)
                {
                    entries.Add((name, ResponseReader.Decode(value)));
                }
                else if (length >= 0)
                {
                    passedOver.Add((name, length));
                }
            }
        }

        return new MetadataData(folder, entries, passedOver);
    }
}
