namespace MailBackup.Sources;

/// <summary>Names of entries (RFC 4514), as far as restoring has to take them apart.</summary>
internal static class DistinguishedName
{
    /// <summary>
    /// The relative name and the name of the parent; the parent is empty at the root. A comma that is escaped (<c>cn=Adler\, Alice</c>) or quoted parts
    /// nothing.
    /// </summary>
    public static (string Relative, string Parent) Split(string name)
    {
        bool quoted = false;
        for (int i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '\\':
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' or ';' when !quoted:
                    return (name[..i].Trim(), name[(i + 1)..].Trim());
            }
        }

        return (name.Trim(), "");
    }

    /// <summary>For comparing: without case and without the spaces that mean nothing.</summary>
    public static string Normalize(string name)
    {
        var parts = new List<string>();
        for (string rest = name; rest.Length > 0;)
        {
            (string relative, rest) = Split(rest);
            int equals = relative.IndexOf('=', StringComparison.Ordinal);
            parts.Add(equals < 0 ? relative : relative[..equals].Trim() + "=" + relative[(equals + 1)..].Trim());
        }

        return string.Join(',', parts).ToLowerInvariant();
    }

    /// <summary>A value as it stands in a relative name (RFC 4514 §2.4).</summary>
    public static string Escape(string value)
    {
        var text = new System.Text.StringBuilder(value.Length + 4);
        for (int i = 0; i < value.Length; i++)
        {
            bool edge = (i == 0 && value[i] is ' ' or '#') || (i == value.Length - 1 && value[i] == ' ');
            if (edge || value[i] is ',' or '+' or '"' or '\\' or '<' or '>' or ';' or '=')
            {
                text.Append('\\');
            }

            text.Append(value[i]);
        }

        return text.ToString();
    }

    /// <summary><c>example.org</c> → <c>dc=example,dc=org</c> (RFC 2247 §2).</summary>
    public static string OfDomain(string domain) => string.Join(',', domain.Split('.').Select(label => "dc=" + label));
}
