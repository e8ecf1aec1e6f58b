using MailBackup.Archives;

namespace MailBackup.Operations;

/// <summary>Writes one account into an archive.</summary>
public sealed record ExportAccountRequest : OperationRequest
{
    public required string Account { get; init; }

    /// <summary>The folder that the archive goes into, absolute; the archive is named after the account.</summary>
    public required string Destination { get; init; }

    public required ArchiveFormat Format { get; init; }

    /// <summary>As it was at this moment; null is now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Replace an earlier archive of the account.</summary>
    public bool Force { get; init; }
}
