namespace MailBackup.Maintenance.Anchoring;

/// <summary>What the verification of an anchor says of one journal.</summary>
public sealed record AnchorResult
{
    public required string Journal { get; init; }

    /// <summary>Address of the account that it belongs to, where that is known.</summary>
    public string? Account { get; init; }

    public required AnchorState State { get; init; }

    /// <summary>Transactions when the anchor was made, and now; removed ones count.</summary>
    public long Anchored { get; init; }

    public long Transactions { get; init; }

    /// <summary>Of the anchored transactions, those that records say were removed since.</summary>
    public long Removed { get; init; }

    /// <summary>When the last of them were removed.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Detail { get; init; } = "";

    /// <summary>False when something that the anchor saw is gone or changed without a record of it.</summary>
    public bool IsTrusted => State is AnchorState.Intact or AnchorState.Purged or AnchorState.Repaired or AnchorState.New;
}
