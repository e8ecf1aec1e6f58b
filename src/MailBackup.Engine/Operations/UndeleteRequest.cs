namespace MailBackup.Operations;

/// <summary>Undelete: all that was deleted of some accounts within a time.</summary>
public sealed record UndeleteRequest : OperationRequest, IRepeatableRestore
{
    /// <summary>Addresses; at least one.</summary>
    public required IReadOnlyList<string> Accounts { get; init; }

    /// <summary>Deletions that the backup noted at or after this moment.</summary>
    public required DateTimeOffset After { get; init; }

    /// <summary>And before this one; null is when the operation runs.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Path of a folder below which the items' folders are made anew; null restores into the folders themselves.</summary>
    public string? Folder { get; init; }

    /// <summary>Only these of the items, of the one account; empty for all.</summary>
    public IReadOnlyList<long> Items { get; init; } = [];

    /// <inheritdoc/>
    public OperationRequest For(string account, IReadOnlyList<long> items) =>
        this with { Accounts = Accounts.Count == 1 ? Accounts : [account], Items = items.Count > 0 ? items : Items };
}
