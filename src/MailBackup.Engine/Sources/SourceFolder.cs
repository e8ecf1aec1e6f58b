namespace MailBackup.Sources;

/// <summary>A folder of an account on the server.</summary>
public sealed record SourceFolder
{
    /// <summary>
    /// Attribute of the inbox: what the account is subscribed to that is no folder of its own (shared folders of others), one a line, as the server
    /// writes it.
    /// </summary>
    public const string Mountpoints = "mountpoints";

    /// <summary>Attribute: the folder's access list without its owner's own entry, one entry a line: <c>identifier rights</c>.</summary>
    public const string AccessList = "acl";

    /// <summary>What the names of attributes begin with that are annotations (RFC 5464): <c>metadata:/private/comment</c>.</summary>
    public const string Annotation = "metadata:";

    /// <summary>The same for annotations that are too large to be kept (over 256 KiB); the value is their length in bytes.</summary>
    public const string LargeAnnotation = "large-metadata:";

    /// <summary>Path in Unicode, parts joined by <c>/</c>: <c>INBOX</c>, <c>Archive/2024</c>, <c>Contacts/personal</c>, <c>Files/plans</c>.</summary>
    public required string Path { get; init; }

    public required FolderKind Kind { get; init; }

    /// <summary>The server's own name for it, which restoring puts back (Maildir: the directory's name, <c>.Archive.2024</c>).</summary>
    public required string Key { get; init; }

    /// <summary>Stays the same when the folder is renamed, so that a rename is seen as one; null when the server has nothing of the kind.</summary>
    public string? Identity { get; init; }

    /// <summary>
    /// Equal tokens of two visits mean: no item was added, removed or changed. Null: not to be trusted, list again next time (the folder changed
    /// so lately that the clock cannot tell a further change).
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Further attributes worth keeping: <c>subscribed</c>=<c>1</c>, <c>displayname</c>, <c>color</c> …</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}
