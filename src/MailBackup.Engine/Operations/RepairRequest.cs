namespace MailBackup.Operations;

/// <summary>A repair: catalog and indexes made anew, journals rewritten from what is intact in them, lost content fetched again.</summary>
public sealed record RepairRequest : OperationRequest
{
    /// <summary>Other backup paths, absolute, of any server, to take content and lines from. They are only read.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>False: do not ask the mail server for content.</summary>
    public bool UseSource { get; init; } = true;
}
