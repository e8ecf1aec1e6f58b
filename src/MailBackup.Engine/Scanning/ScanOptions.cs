namespace MailBackup.Scanning;

/// <summary>How a scan is to be done, with the configuration's values filled in.</summary>
/// <param name="ReadErrorThreshold">0 never gives up.</param>
/// <param name="MassChangePercent">See <see cref="MassChangeGuard"/>; 0 switches it off.</param>
/// <param name="MassChangeMinimum">Fewer items than this are never a mass change.</param>
/// <param name="Continuous">One of many small scans: a mass change is counted through all of them.</param>
internal sealed record ScanOptions(
    bool Deep, bool AllowEmpty, int ReadErrorThreshold, int MassChangePercent, int MassChangeMinimum, bool Continuous = false)
{
    /// <summary>Transactions that are made durable together, at most.</summary>
    public int BatchTransactions { get; init; } = 8192;
}
