namespace MailBackup.Model;

/// <summary>One item that is not at a later moment as it was at an earlier.</summary>
public sealed record ItemChange
{
    public required string Account { get; init; }

    public required Guid AccountId { get; init; }

    public required ItemId Id { get; init; }

    public required ItemType Type { get; init; }

    /// <summary>A moved item that was changed as well is <see cref="ItemChangeKind.Moved"/>; <see cref="Differences"/> has all of it.</summary>
    public required ItemChangeKind Change { get; init; }

    /// <summary><c>folder</c>, <c>path</c>, <c>content</c>, <c>flags</c>, <c>tags</c>, <c>date</c>, <c>subject</c>, <c>attributes</c>; empty for what was added or deleted.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>The moment to restore from: the earlier one; null for what was added, which was not there then.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>As it was at the earlier moment; null for what was added.</summary>
    public BackupItem? Before { get; init; }

    /// <summary>As it was at the later moment; null for what was deleted.</summary>
    public BackupItem? After { get; init; }

    /// <summary>Where it was; of what was added, where it is.</summary>
    public string Folder => Shown.Folder;

    public string Subject => Shown.Subject;

    public DateTimeOffset Date => Shown.Date;

    public long Size => Shown.Size;

    private BackupItem Shown => Before ?? After!;
}
