using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Makes of the entry of an account that of another one: its own name, address and ids; everything else as it was. Aliases stay with the first,
/// because no two accounts may have one address; data sources are copied switched off, because two accounts that collect from one remote mailbox
/// take each other's mail.
/// </summary>
public static class AccountEntryCopy
{
    /// <summary>Ids that a directory gives out, and what must be unique in it for other reasons.</summary>
    private static readonly string[] Ids = ["zimbraId", "entryUUID", "nsUniqueId", "objectGUID", "objectSid", "ipaUniqueID", "GUID"];

    private static readonly string[] NotCopied =
    [
        "zimbraMailAlias", "mailAlternateAddress", "mailLocalAddress", "zimbraForeignPrincipal", "zimbraCreateTimestamp", "createTimestamp", "creatorsName",
    ];

    private static readonly string[] Paths = ["homeDirectory", "mailHomeDirectory", "mailMessageStore", "mailDirectory"];

    /// <param name="source">With its attribute <c>dn</c>.</param>
    /// <param name="address">Of the new account.</param>
    /// <param name="hideFromGal">Keep it out of the global address list (<c>zimbraHideInGal</c>).</param>
    public static ProvisioningEntry Make(ProvisioningEntry source, string address, bool hideFromGal)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(address);
        string newUser = User(address), oldUser = User(source.Name);
        var attributes = new ProvisioningAttributes();
        foreach (var (name, values) in source.Attributes)
        {
            if (NotCopied.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (Ids.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                if (name.Equals("zimbraId", StringComparison.OrdinalIgnoreCase) || name.Equals("entryUUID", StringComparison.OrdinalIgnoreCase))
                {
                    attributes[name] = [Guid.NewGuid().ToString("D")];
                }

                continue;
            }

            attributes[name] = name.ToUpperInvariant() switch
            {
                "DN" => [NameOf(source.Attributes.First("dn")!, source.Name, address)],
                "MAIL" => [address],
                "UID" => [.. values.Select(v => Is(v, oldUser) ? newUser : Is(v, source.Name) ? address : v)],
                _ when Paths.Contains(name, StringComparer.OrdinalIgnoreCase) => [.. values.Select(v => Move(v, source.Name, address))],
                _ when name.StartsWith(ChildEntries.Prefix, StringComparison.OrdinalIgnoreCase) => Child(values, source.Name, address),
                _ => [.. values.Select(v => Is(v, source.Name) ? address : v)],
            };
        }

        if (hideFromGal)
        {
            attributes["zimbraHideInGal"] = ["TRUE"];
        }

        return new ProvisioningEntry(source.Kind, attributes.First("zimbraId") ?? attributes.First("entryUUID"), address, attributes);
    }

    /// <summary>
    /// <c>uid=alice,ou=people,dc=example,dc=com</c> for bob@example.org → <c>uid=bob,ou=people,dc=example,dc=org</c>. What does not end in the
    /// domain of the address stays where it is.
    /// </summary>
    internal static string NameOf(string dn, string from, string to)
    {
        var (relative, parent) = DistinguishedName.Split(dn);
        int equals = relative.IndexOf('=', StringComparison.Ordinal);
        string type = equals < 0 ? "uid" : relative[..equals].Trim();
        string value = equals < 0 ? relative : relative[(equals + 1)..].Trim();
        string name = Is(value, from) || type.Equals("mail", StringComparison.OrdinalIgnoreCase) ? to : User(to);
        string oldDomain = DistinguishedName.OfDomain(Domain(from));
        if (DistinguishedName.Normalize(parent) is var normal && normal.EndsWith(oldDomain.ToLowerInvariant(), StringComparison.Ordinal) && !Is(Domain(from), Domain(to)))
        {
            string kept = normal[..^oldDomain.Length].TrimEnd(',');
            parent = (kept.Length > 0 ? kept + "," : "") + DistinguishedName.OfDomain(Domain(to));
        }

        return $"{type}={DistinguishedName.Escape(name)}{(parent.Length > 0 ? "," + parent : "")}";
    }

    private static IReadOnlyList<string> Child(IReadOnlyList<string> lines, string from, string to)
    {
        var kept = new List<string>();
        foreach (string line in lines)
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            string name = colon < 0 ? line : line[..colon];
            if (name.Equals("entryUUID", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            bool enabled = name.Equals("zimbraDataSourceEnabled", StringComparison.OrdinalIgnoreCase);
            kept.Add(enabled ? $"{name}: FALSE" : colon > 0 && Is(line[(colon + 2)..], from) ? $"{name}: {to}" : line);
        }

        return kept;
    }

    /// <summary>A folder named after the user becomes one named after the other; another folder cannot be told, and stays.</summary>
    private static string Move(string path, string from, string to)
    {
        string last = path.TrimEnd('/');
        int slash = last.LastIndexOf('/');
        string name = last[(slash + 1)..];
        return Is(name, User(from)) ? last[..(slash + 1)] + User(to) : Is(name, from) ? last[..(slash + 1)] + to : path;
    }

    private static bool Is(string a, string b) => string.Equals(a.Trim(), b, StringComparison.OrdinalIgnoreCase);

    private static string User(string address) => address[..Math.Max(0, address.LastIndexOf('@'))];

    private static string Domain(string address) => address[(address.LastIndexOf('@') + 1)..];
}
