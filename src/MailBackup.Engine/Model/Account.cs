namespace MailBackup.Model;

/// <summary>An account that the backup knows, as it was at the moment asked for.</summary>
public sealed record Account
{
    public required Guid Id { get; init; }

    /// <summary>Address, <c>user@domain</c>.</summary>
    public required string Name { get; init; }

    public string Domain => Name[(Name.LastIndexOf('@') + 1)..];

    public bool Deleted { get; init; }

    /// <summary>First seen; start of the state shown.</summary>
    public DateTimeOffset Created { get; init; }

    public DateTimeOffset Start { get; init; }

    public ProvisioningAttributes Attributes { get; init; } = ProvisioningAttributes.Empty;
}
