namespace MailBackup.Model;

/// <summary>
/// The attributes of a directory that nobody who lists accounts has to see: password hashes, keys, tokens. They stand in the journal, because a restore
/// puts them back, and are left out of all that is listed, reported or written to a log. Better one too many than one too few: rules for
/// passwords (<c>zimbraPasswordMinLength</c>) are left out with them.
/// </summary>
public static class SecretAttributes
{
    private static readonly string[] Parts =
    [
        "password", "secret", "privatekey", "authtoken", "csrftoken", "preauthkey", "scratchcode", "krbprincipalkey", "krb5key", "userpkcs12", "recoverycode",
        "nthash", "lmhash", "passphrase", "apikey",
    ];

    /// <summary>What may be shown of an entry: also the lines of child entries (<c>entry:…</c>: signatures, data sources) without their secrets.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Hide(ProvisioningAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        return attributes.Where(a => !Contains(a.Key)).ToDictionary(
            a => a.Key,
            a => a.Key.Contains(':', StringComparison.Ordinal) ? [.. a.Value.Where(line => !Contains(line.Split(':')[0]))] : a.Value,
            StringComparer.OrdinalIgnoreCase);
    }

    /// <param name="attribute">Options (<c>;binary</c>) do not matter.</param>
    public static bool Contains(string attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        return Array.Exists(Parts, p => attribute.Contains(p, StringComparison.OrdinalIgnoreCase));
    }
}
