using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Tells by its object classes (RFC 4512 §3.3) what an entry of a directory is to us: account, list, domain, COS, or nothing. Zimbra and
/// Carbonio say it by their own classes; other directories by the common classes together with an address.
/// </summary>
internal static class ProvisioningClassifier
{
    private static readonly (string Class, ProvisioningKind Kind)[] Classes =
    [
        ("zimbraCOS", ProvisioningKind.ClassOfService),
        ("carbonioCOS", ProvisioningKind.ClassOfService),
        ("zimbraDomain", ProvisioningKind.Domain),
        ("carbonioDomain", ProvisioningKind.Domain),
        ("zimbraDistributionList", ProvisioningKind.DistributionList),
        ("zimbraGroup", ProvisioningKind.DistributionList),
        ("carbonioDistributionList", ProvisioningKind.DistributionList),
        ("zimbraAccount", ProvisioningKind.Account),
        ("carbonioAccount", ProvisioningKind.Account),

        // Lists before people: inetLocalMailRecipient is an auxiliary class that stands on both.
        ("groupOfNames", ProvisioningKind.DistributionList),
        ("groupOfUniqueNames", ProvisioningKind.DistributionList),
        ("mailGroup", ProvisioningKind.DistributionList),
        ("mailList", ProvisioningKind.DistributionList),
        ("nisMailAlias", ProvisioningKind.DistributionList),
        ("inetOrgPerson", ProvisioningKind.Account),
        ("inetLocalMailRecipient", ProvisioningKind.Account),
        ("mailUser", ProvisioningKind.Account),
        ("posixAccount", ProvisioningKind.Account),
        ("mailDomain", ProvisioningKind.Domain),
        ("dNSDomain", ProvisioningKind.Domain),
        ("domain", ProvisioningKind.Domain),
        ("dcObject", ProvisioningKind.Domain),
    ];

    /// <summary>Null when the entry is none of our kinds, or has no name to be one by.</summary>
    /// <param name="attributes">Become those of the entry: the volatile ones are taken out and <c>dn</c> is added, without a copy of the rest.</param>
    public static ProvisioningEntry? Classify(string distinguishedName, ProvisioningAttributes attributes)
    {
        if (!attributes.TryGetValue("objectClass", out var classes) || Kind(classes) is not { } kind)
        {
            return null;
        }

        string? name = kind switch
        {
            ProvisioningKind.ClassOfService => attributes.First("cn"),
            ProvisioningKind.Domain => attributes.First("zimbraDomainName") ?? attributes.First("associatedDomain")
                ?? attributes.First("domainName") ?? (Has(classes, "zimbraDomain") ? DomainComponents(distinguishedName) : null),
            _ => Address(attributes.First("zimbraMailDeliveryAddress")) ?? Address(attributes.First("mail")),
        };

        name = name?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        foreach (string attribute in attributes.Keys.Where(VolatileAttributes.Contains).ToList())
        {
            attributes.Remove(attribute);
        }

        attributes["dn"] = [distinguishedName];
        return new ProvisioningEntry(kind, attributes.First("zimbraId") ?? attributes.First("entryUUID"), name, attributes);
    }

    private static ProvisioningKind? Kind(IReadOnlyList<string> classes)
    {
        foreach (var (name, kind) in Classes)
        {
            if (Has(classes, name))
            {
                return kind;
            }
        }

        return null;
    }

    private static bool Has(IReadOnlyList<string> classes, string name)
    {
        foreach (string c in classes)
        {
            if (c.AsSpan().Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A mail attribute without a domain (<c>root</c>) names no mailbox.</summary>
    private static string? Address(string? value) =>
        value?.Trim() is { } trimmed && trimmed.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < trimmed.Length - 1 ? trimmed : null;

    /// <summary><c>dc=example,dc=com</c> → <c>example.com</c> (RFC 2247 §2).</summary>
    private static string? DomainComponents(string distinguishedName)
    {
        var labels = distinguishedName.Split(',').Select(rdn => rdn.Trim())
            .TakeWhile(rdn => rdn.StartsWith("dc=", StringComparison.OrdinalIgnoreCase)).Select(rdn => rdn[3..].Trim());
        string name = string.Join('.', labels);
        return name.Length == 0 ? null : name;
    }
}
