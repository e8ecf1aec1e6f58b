namespace MailBackup.Operations;

/// <summary>A SmartScan of the whole server, or an account scan when accounts are named.</summary>
public sealed record ScanRequest : OperationRequest
{
    /// <summary>Addresses; empty for all.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Compare everything and store missing or damaged blobs again.</summary>
    public bool Deep { get; init; }

    /// <summary>Item errors after which the scan gives up; null takes the configured number, 0 never gives up.</summary>
    public int? ReadErrorThreshold { get; init; }

    /// <summary>Accept that an account or the whole tree is empty where the backup has items.</summary>
    public bool AllowEmpty { get; init; }
}
