using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Which states of which items are asked for.</summary>
public sealed record ItemQuery
{
    /// <summary>Addresses; empty for all accounts.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Path of the folder; null for all. Sub-folders are not included.</summary>
    public string? Folder { get; init; }

    /// <summary>Null for all types.</summary>
    public ItemType? Type { get; init; }

    public IReadOnlyList<ItemId> Ids { get; init; } = [];

    public ItemSelection Selection { get; init; } = ItemSelection.Living;

    /// <summary>As it was at this moment; null is now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>States that began at or after this moment (deleted items: deleted after).</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>States that began before this moment.</summary>
    public DateTimeOffset? Before { get; init; }
}
