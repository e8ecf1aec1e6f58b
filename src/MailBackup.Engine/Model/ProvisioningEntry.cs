namespace MailBackup.Model;

/// <summary>An account, domain, class of service or distribution list as the provisioning source has it.</summary>
/// <param name="Id">The directory's own id (zimbraId, entryUUID) where it has one.</param>
/// <param name="Name">Address of an account or list, name of a domain or COS.</param>
public sealed record ProvisioningEntry(ProvisioningKind Kind, string? Id, string Name, ProvisioningAttributes Attributes);
