using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>The whole directory at one moment.</summary>
/// <param name="Token">Given back to <see cref="IMailSource.ReadProvisioningAsync"/> to skip an unchanged directory.</param>
public sealed record ProvisioningSnapshot(string Token, IReadOnlyList<ProvisioningEntry> Entries);
