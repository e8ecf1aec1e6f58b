namespace MailBackup.Sources.Imap.Protocol;

/// <summary>A <c>NAMESPACE</c> response (RFC 2342): where the names of one's own folders begin, and those of others.</summary>
internal sealed record NamespaceData(IReadOnlyList<string> Personal, IReadOnlyList<string> Others)
{
    /// <summary>Where a server tells nothing, all that it lists is the user's own.</summary>
    public static NamespaceData Unknown { get; } = new([""], []);

    public static NamespaceData Parse(ReadOnlySpan<byte> body)
    {
        var reader = new ResponseReader(body);
        var personal = Prefixes(ref reader);
        var others = Prefixes(ref reader);
        others.AddRange(Prefixes(ref reader));
        return new NamespaceData(personal, others);
    }

    /// <summary>True for a folder of the account itself.</summary>
    public bool IsOwn(string name)
    {
        int own = Longest(Personal, name), other = Longest(Others, name);
        return own >= other;
    }

    private static int Longest(IReadOnlyList<string> prefixes, string name)
    {
        int longest = -1;
        foreach (string prefix in prefixes)
        {
            // The level itself, without its separator, belongs to it too.
            if (name.StartsWith(prefix, StringComparison.Ordinal) || (prefix.Length > 1 && name == prefix[..^1]))
            {
                longest = Math.Max(longest, prefix.Length);
            }
        }

        return longest;
    }

    private static List<string> Prefixes(ref ResponseReader reader)
    {
        var prefixes = new List<string>();
        if (!reader.TryTake('('))
        {
            reader.Skip();
            return prefixes;
        }

        while (!reader.TryTake(')'))
        {
            reader.Take('(');
            prefixes.Add(reader.Text() ?? "");
            while (!reader.TryTake(')'))
            {
                reader.Skip();
            }
        }

        return prefixes;
    }
}
