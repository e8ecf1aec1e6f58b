namespace MailBackup.Operations;

/// <summary>Brings the search index up to what the journals hold.</summary>
public sealed record SearchIndexRequest : OperationRequest
{
    /// <summary>Throw away what is there and begin with nothing.</summary>
    public bool Rebuild { get; init; }
}
