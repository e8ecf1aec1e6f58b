namespace MailBackup.Operations;

/// <summary>Export of the backup in the transparent layout: one JSON array a file an item, one gzip file a blob.</summary>
public sealed record BackupExportRequest : OperationRequest
{
    /// <summary>A folder that is empty, does not exist yet, or holds an earlier export of this server, which is brought up to date. Absolute.</summary>
    public required string Destination { get; init; }

    /// <summary>Only accounts, lists and settings of these domains; empty for all.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Only accounts of these classes of service, by name; empty for all.</summary>
    public IReadOnlyList<string> ClassesOfService { get; init; } = [];

    /// <summary>Megabytes (2^20 bytes) that must stay free on the device of the destination.</summary>
    public long FreeSpaceThreshold { get; init; }

    /// <summary>Accounts, domains, COS and lists only.</summary>
    public bool SkipItems { get; init; }

    /// <summary>Contents that cannot be read after which the export gives up; 0 never does.</summary>
    public int ReadErrorThreshold { get; init; }
}
