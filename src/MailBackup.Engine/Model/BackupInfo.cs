namespace MailBackup.Model;

/// <summary>Sizes and dates of a backup path.</summary>
public sealed record BackupInfo
{
    public required string Path { get; init; }

    public required Guid ServerId { get; init; }

    public int FormatVersion { get; init; }

    public int Accounts { get; init; }

    public int DeletedAccounts { get; init; }

    public long Items { get; init; }

    public long DeletedItems { get; init; }

    public long Transactions { get; init; }

    public long Blobs { get; init; }

    /// <summary>Bytes of the content of all living items, as the server has it.</summary>
    public long ContentBytes { get; init; }

    /// <summary>Bytes of journals and bundles.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes of <c>state/</c>, which can be rebuilt.</summary>
    public long StateBytes { get; init; }

    public DateTimeOffset? FirstScan { get; init; }

    public DateTimeOffset? LastScan { get; init; }
}
