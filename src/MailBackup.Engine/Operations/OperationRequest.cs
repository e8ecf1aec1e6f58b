namespace MailBackup.Operations;

/// <summary>What an operation is asked to do. Each kind has a record of its own.</summary>
public abstract record OperationRequest
{
    /// <summary>Addresses that get a mail when it ends, and of a restore also when it begins.</summary>
    public IReadOnlyList<string> Notify { get; init; } = [];
}
