using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Which class of service each account of a directory belongs to: the one that its <c>zimbraCOSId</c> names, else that of its domain
/// (<c>zimbraDomainDefaultCOSId</c>), else the one named <c>default</c>, as Zimbra and Carbonio have it. Mailboxes without an entry belong to none.
/// </summary>
internal sealed class CosMembership
{
    private const string DefaultCos = "default";

    private readonly Dictionary<string, ProvisioningEntry> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ProvisioningEntry> _ofDomain = new(StringComparer.OrdinalIgnoreCase);
    private readonly ProvisioningEntry? _default;

    public CosMembership(ProvisioningSnapshot directory)
    {
        Classes = [.. directory.Entries.Where(e => e.Kind == ProvisioningKind.ClassOfService)];
        foreach (var cos in Classes.Where(c => c.Id is not null))
        {
            _byId[cos.Id!] = cos;
        }

        _default = Classes.FirstOrDefault(c => c.Name.Equals(DefaultCos, StringComparison.OrdinalIgnoreCase));
        foreach (var domain in directory.Entries.Where(e => e.Kind == ProvisioningKind.Domain))
        {
            if (Find(domain.Attributes.First("zimbraDomainDefaultCOSId")) is { } cos)
            {
                _ofDomain[domain.Name] = cos;
            }
        }
    }

    public IReadOnlyList<ProvisioningEntry> Classes { get; }

    public ProvisioningEntry? Of(ProvisioningEntry account) =>
        Find(account.Attributes.First("zimbraCOSId"))
        ?? _ofDomain.GetValueOrDefault(account.Name[(account.Name.LastIndexOf('@') + 1)..])
        ?? _default;

    private ProvisioningEntry? Find(string? id) => id is not null ? _byId.GetValueOrDefault(id.Trim()) : null;
}
