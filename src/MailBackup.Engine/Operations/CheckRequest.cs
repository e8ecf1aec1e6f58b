namespace MailBackup.Operations;

/// <summary>A coherency check: every line checksum, every blob digest, every reference.</summary>
public sealed record CheckRequest : OperationRequest
{
    /// <summary>Addresses; empty for all.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Compare the living items with the server, item by item, without trust in tokens.</summary>
    public bool CompareSource { get; init; }

    /// <summary>Put every content together as a restore would; with <see cref="CompareSource"/> also read and compare what the server has.</summary>
    public bool ReadData { get; init; }

    /// <summary>Per cent of the contents to read, a further part with each run; null reads all.</summary>
    public double? Sample { get; init; }

    /// <summary>Move what is damaged or named by nothing to <c>quarantine/</c>.</summary>
    public bool Quarantine { get; init; }
}
