using MailBackup.Operations;
using MailBackup.Services;

namespace MailBackup.Health;

/// <summary>Whether a backup path does what it is there for, in one look.</summary>
public sealed record HealthReport
{
    public required string Path { get; init; }

    public DateTimeOffset Time { get; init; }

    public HealthStatus Status => Checks.Count == 0 ? HealthStatus.Ok : Checks.Max(c => c.Status);

    public IReadOnlyList<HealthCheck> Checks { get; init; } = [];

    /// <summary>When an operation of each kind last came to its end.</summary>
    public IReadOnlyDictionary<OperationKind, DateTimeOffset> LastSuccess { get; init; } = new Dictionary<OperationKind, DateTimeOffset>();

    /// <summary>What would be lost with the server now, at most: everything changed in the last so many seconds. Null before the first scan.</summary>
    public double? RpoSeconds { get; init; }

    /// <summary>See <see cref="Realtime.RealtimeInfo.LagSeconds"/>; null while realtime does not run.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Accounts of the server that the backup does not have. Those of a disabled COS are not counted.</summary>
    public IReadOnlyList<string> UnprotectedAccounts { get; init; } = [];

    public int Accounts { get; init; }

    public long Items { get; init; }

    /// <summary>Bytes of journals and bundles.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes of the content of all living items.</summary>
    public long ContentBytes { get; init; }

    public long FreeBytes { get; init; }

    public long VolumeBytes { get; init; }

    /// <summary>At the growth of the last weeks; null when it does not grow, or when that cannot be told yet.</summary>
    public double? DaysUntilFull { get; init; }

    public int Queued { get; init; }

    public ServiceState Service { get; init; }
}
