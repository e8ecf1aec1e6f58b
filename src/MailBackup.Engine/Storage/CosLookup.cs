using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Tells the class of service of an account: its own, else its domain's default, else the one called <c>default</c>.</summary>
internal sealed class CosLookup(IReadOnlyList<ProvisioningEntry> classes, IReadOnlyList<ProvisioningEntry> domains)
{
    private readonly Dictionary<string, ProvisioningEntry> _byId =
        classes.Where(c => c.Id is not null).DistinctBy(c => c.Id, StringComparer.OrdinalIgnoreCase).ToDictionary(c => c.Id!, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, ProvisioningEntry> _domains =
        domains.DistinctBy(d => d.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(d => d.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null where the directory knows no classes, or not this account's.</summary>
    public ProvisioningEntry? Of(Account account) =>
        Find(account.Attributes.First("zimbraCOSId"))
        ?? Find(_domains.GetValueOrDefault(account.Domain)?.Attributes.First("zimbraDomainDefaultCOSId"))
        ?? classes.FirstOrDefault(c => string.Equals(c.Name, "default", StringComparison.OrdinalIgnoreCase));

    private ProvisioningEntry? Find(string? id) => id is not null ? _byId.GetValueOrDefault(id) : null;
}
