namespace MailBackup.Operations;

/// <summary>A coherency check: every line checksum, every blob digest, every reference.</summary>
public sealed record CheckRequest : OperationRequest
{
    /// <summary>Addresses; empty for all.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];
}
