namespace MailBackup.Operations;

/// <summary>Points shares that lead nowhere to what their targets are called here.</summary>
public sealed record ShareRepairRequest : OperationRequest
{
    /// <summary>The file that says what old names are here, absolute.</summary>
    public required string IdMap { get; init; }

    /// <summary>Addresses; empty for every account of the source.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];
}
