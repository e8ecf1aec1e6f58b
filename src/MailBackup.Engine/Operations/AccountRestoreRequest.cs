namespace MailBackup.Operations;

/// <summary>Restore of an account whole: as another, new account, or of a deleted one as itself.</summary>
public sealed record AccountRestoreRequest : OperationRequest, IRepeatableRestore
{
    /// <summary>Address of the account in the backup.</summary>
    public required string Account { get; init; }

    /// <summary>Address of the new account; null restores a deleted account under its own address and id.</summary>
    public string? As { get; init; }

    /// <summary>As it was at this moment; null is its latest state, of a deleted account its last.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Keep the new account out of the global address list.</summary>
    public bool HideFromGal { get; init; }

    /// <summary>Also what had been deleted by that moment, for a legal hold.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Of the deleted items, only those deleted at or after this moment.</summary>
    public DateTimeOffset? DeletedAfter { get; init; }

    /// <summary>Only these items, without account and folders; empty for everything.</summary>
    public IReadOnlyList<long> Items { get; init; } = [];

    /// <inheritdoc/>
    public OperationRequest For(string account, IReadOnlyList<long> items) => this with { Items = items.Count > 0 ? items : Items };
}
