namespace MailBackup.Operations;

/// <summary>Restore of named items of one account, of a whole account, or of all accounts.</summary>
public sealed record RestoreRequest : OperationRequest, IRepeatableRestore
{
    /// <summary>Address of the account that the items belong to; null for every account that is not deleted.</summary>
    public string? Account { get; init; }

    /// <summary>Item ids; empty for every item that the account had (at <see cref="At"/>, or has now).</summary>
    public IReadOnlyList<long> Items { get; init; } = [];

    /// <summary>As they were at this moment; null takes the latest state in which each was not deleted.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Path of the folder to restore into; null restores into the folder that the item was in.</summary>
    public string? Folder { get; init; }

    /// <summary>Address of the account to restore into; null is the items' own.</summary>
    public string? To { get; init; }

    /// <inheritdoc/>
    public OperationRequest For(string account, IReadOnlyList<long> items) => this with { Account = Account ?? account, Items = items.Count > 0 ? items : Items };
}
