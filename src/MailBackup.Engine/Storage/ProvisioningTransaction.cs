using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>A change of an account, domain, COS or list: from <paramref name="Start"/> on it was so, or was gone (<paramref name="Deleted"/>).</summary>
/// <param name="Entry">The id that the backup knows it by.</param>
public sealed record ProvisioningTransaction(
    TransactionId Id, DateTimeOffset Start, ProvisioningKind Kind, Guid Entry, string Name, string? DirectoryId, bool Deleted, ProvisioningAttributes Attributes);
