namespace MailBackup.Model;

/// <summary>One state of an item as it is listed: what an administrator sees and picks from.</summary>
public sealed record BackupItem
{
    /// <summary>Address of the account, <c>user@domain</c>.</summary>
    public required string Account { get; init; }

    public required Guid AccountId { get; init; }

    public required ItemId Id { get; init; }

    public required ItemType Type { get; init; }

    /// <summary>Path of the folder at the moment listed; for a folder its own path.</summary>
    public required string Folder { get; init; }

    public string Subject { get; init; } = "";

    public string From { get; init; } = "";

    public DateTimeOffset Date { get; init; }

    public long Size { get; init; }

    public MessageFlags Flags { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>True when the item was no longer on the server in this state; the other properties then are those of its last state.</summary>
    public bool Deleted { get; init; }

    public DateTimeOffset Start { get; init; }

    /// <summary>When the next state began; null while this state lasts.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>The past moment that it was listed as of; null in a list of what is there now, and in a history.</summary>
    public DateTimeOffset? ListedAt { get; init; }

    public TransactionId Transaction { get; init; }

    public Digest? Digest { get; init; }
}
