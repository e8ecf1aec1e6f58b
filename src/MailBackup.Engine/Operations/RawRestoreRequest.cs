namespace MailBackup.Operations;

/// <summary>Puts contents into a folder of an account, known by nothing but their digests.</summary>
public sealed record RawRestoreRequest : OperationRequest
{
    /// <summary>Where the contents go when no folder is named.</summary>
    public const string DefaultFolder = "Restored";

    /// <summary>Address of the account that gets them.</summary>
    public required string Account { get; init; }

    /// <summary>Digests of whole contents, or of blobs; at least one.</summary>
    public required IReadOnlyList<string> Digests { get; init; }

    /// <summary>Path of a mail folder, which is made when it is not there.</summary>
    public string Folder { get; init; } = DefaultFolder;
}
