using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>What names and addresses a directory file has, to tell which entries may be added to it.</summary>
internal sealed class LdifPresence
{
    // Every address that mail reaches an entry by: no two entries may share one.
    private static readonly string[] AddressAttributes = ["mail", "zimbraMailDeliveryAddress", "zimbraMailAlias", "mailAlternateAddress", "mailLocalAddress"];

    private readonly HashSet<string> _distinguishedNames = new(StringComparer.Ordinal);
    private readonly HashSet<(ProvisioningKind, string)> _names = [];
    private readonly Dictionary<string, string> _addresses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the file through. Throws <c>LdifInvalid</c>.</summary>
    public LdifPresence(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var record in new LdifReader(file, path).Read())
        {
            _distinguishedNames.Add(DistinguishedName.Normalize(record.DistinguishedName));
            if (ProvisioningClassifier.Classify(record.DistinguishedName, record.Attributes) is { } entry)
            {
                Take(entry);
            }
        }
    }

    /// <summary>Adds the entry to <paramref name="fresh"/> unless it is there; an alias that another entry has taken meanwhile is left out of it.</summary>
    public ProvisioningResult Judge(ProvisioningEntry entry, List<ProvisioningEntry> fresh)
    {
        if (_names.Contains(Key(entry)))
        {
            return new ProvisioningResult(Added: false, $"{entry.Name} is in the directory already; its entry was left as it is.");
        }

        string dn = entry.Attributes.First("dn") ?? throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"The entry of {entry.Name} has no distinguished name.", "Make it in the directory by hand.", entry.Name);
        if (_distinguishedNames.Contains(DistinguishedName.Normalize(dn)))
        {
            return new ProvisioningResult(Added: false, $"{dn} is another entry of the directory; it was left as it is, and {entry.Name} was not added.");
        }

        if (entry.Kind is ProvisioningKind.Account or ProvisioningKind.DistributionList && _addresses.TryGetValue(entry.Name, out string? owner))
        {
            return new ProvisioningResult(Added: false, $"{entry.Name} is an address of {owner}; it was left as it is, and no entry was added.");
        }

        var (free, note) = WithoutTaken(entry);
        Take(free);
        _distinguishedNames.Add(DistinguishedName.Normalize(dn));
        fresh.Add(free);
        return new ProvisioningResult(Added: true, note);
    }

    private (ProvisioningEntry Entry, string? Note) WithoutTaken(ProvisioningEntry entry)
    {
        if (entry.Kind is not (ProvisioningKind.Account or ProvisioningKind.DistributionList))
        {
            return (entry, null);
        }

        var taken = Addresses(entry).Where(_addresses.ContainsKey).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (taken.Count == 0)
        {
            return (entry, null);
        }

        var attributes = new ProvisioningAttributes();
        foreach (var (name, values) in entry.Attributes)
        {
            string[] kept = AddressAttributes.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? [.. values.Where(v => !taken.Contains(v, StringComparer.OrdinalIgnoreCase))] : [.. values];
            if (kept.Length > 0)
            {
                attributes[name] = kept;
            }
        }

        string list = string.Join(", ", taken.Select(t => $"{t} ({_addresses[t]} has it now)"));
        return (entry with { Attributes = attributes }, $"{entry.Name} was added without the addresses {list}.");
    }

    private void Take(ProvisioningEntry entry)
    {
        _names.Add(Key(entry));
        if (entry.Kind is ProvisioningKind.Account or ProvisioningKind.DistributionList)
        {
            foreach (string address in Addresses(entry))
            {
                _addresses.TryAdd(address, entry.Name);
            }
        }
    }

    private static IEnumerable<string> Addresses(ProvisioningEntry entry) =>
        AddressAttributes.SelectMany(a => entry.Attributes.TryGetValue(a, out var values) ? values : []).Select(v => v.Trim());

    private static (ProvisioningKind, string) Key(ProvisioningEntry entry) => (entry.Kind, entry.Name.ToUpperInvariant());
}
