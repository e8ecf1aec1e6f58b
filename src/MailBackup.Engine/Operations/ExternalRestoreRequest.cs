namespace MailBackup.Operations;

/// <summary>Restore of another server's backup path, or of an export, onto this server.</summary>
public sealed record ExternalRestoreRequest : OperationRequest
{
    /// <summary>The path to restore from. Absolute; only read.</summary>
    public required string Path { get; init; }

    /// <summary>Addresses; empty for all.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Only accounts of these domains; empty for all.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Deleted items and accounts too.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Accounts too that a server keeps for itself.</summary>
    public bool IncludeSystemAccounts { get; init; }

    public RestoreParts Skip { get; init; }

    /// <summary>The first phase only: domains, COS, lists and accounts.</summary>
    public bool ProvisioningOnly { get; init; }

    /// <summary>Accounts at once; null for the default.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>Items of more bytes are left out; null for no limit.</summary>
    public long? MaxItemSize { get; init; }

    /// <summary>As everything was at this moment; null for the latest state.</summary>
    public DateTimeOffset? At { get; init; }
}
