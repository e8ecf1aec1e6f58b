using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Entries below an account's own: signatures, identities and data sources, as Zimbra and Carbonio keep them. They are kept with the account, each
/// as one attribute <c>entry:&lt;name below the account's&gt;</c> whose values are its lines, <c>name: value</c>.
/// </summary>
internal static class ChildEntries
{
    public const string Prefix = "entry:";

    private static readonly string[] Classes =
    [
        "zimbraSignature", "zimbraIdentity", "zimbraDataSource", "carbonioSignature", "carbonioIdentity", "carbonioDataSource",
    ];

    public static bool IsChild(LdifRecord record) =>
        record.Attributes.TryGetValue("objectClass", out var classes)
        && classes.Any(c => Classes.Contains(c.Trim(), StringComparer.OrdinalIgnoreCase));

    /// <summary>Adds the children to the accounts that they stand below; one whose account is not there is passed over.</summary>
    public static void Attach(IReadOnlyList<ProvisioningEntry> entries, IReadOnlyList<LdifRecord> children)
    {
        if (children.Count == 0)
        {
            return;
        }

        var accounts = entries.Where(e => e.Kind == ProvisioningKind.Account)
            .ToDictionary(e => DistinguishedName.Normalize(e.Attributes.First("dn")!), StringComparer.Ordinal);
        foreach (var child in children)
        {
            var (relative, parent) = DistinguishedName.Split(child.DistinguishedName);
            if (accounts.TryGetValue(DistinguishedName.Normalize(parent), out var account))
            {
                account.Attributes[Prefix + relative] =
                    [.. child.Attributes.Where(a => !VolatileAttributes.Contains(a.Key)).SelectMany(a => a.Value.Select(v => $"{a.Key}: {v}"))];
            }
        }
    }

    /// <summary>The children of an account with their names below it.</summary>
    public static IEnumerable<(string Relative, ProvisioningAttributes Attributes)> Of(ProvisioningAttributes account)
    {
        foreach (var (name, lines) in account.Where(a => a.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            var attributes = new ProvisioningAttributes();
            foreach (string line in lines)
            {
                int colon = line.IndexOf(": ", StringComparison.Ordinal);
                if (colon > 0)
                {
                    attributes.AddValue(line[..colon], line[(colon + 2)..]);
                }
            }

            yield return (name[Prefix.Length..], attributes);
        }
    }

    /// <summary>The lines of one child.</summary>
    public static IReadOnlyList<string> Lines(ProvisioningAttributes child) => [.. child.SelectMany(a => a.Value.Select(v => $"{a.Key}: {v}"))];
}
