using MailBackup.Archives;

namespace MailBackup.Operations;

/// <summary>Puts an archive into a live account.</summary>
public sealed record ImportAccountRequest : OperationRequest
{
    /// <summary>Address of the account; it must have a mailbox.</summary>
    public required string Account { get; init; }

    /// <summary>The archive, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Null to tell it from what is there.</summary>
    public ArchiveFormat? Format { get; init; }

    public ImportResolve Resolve { get; init; } = ImportResolve.Skip;

    /// <summary>The folder under which the archive's folders go; null for where they were.</summary>
    public string? Folder { get; init; }
}
