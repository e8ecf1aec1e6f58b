namespace MailBackup.Operations;

/// <summary>Takes out of the backup what its retention no longer keeps.</summary>
public sealed record PurgeRequest : OperationRequest
{
    /// <summary>Days that a deleted item is kept, for this run; null takes the configured number, 0 is for ever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>Take away what was deleted before this moment, whatever the retention of data says; accounts keep theirs.</summary>
    public DateTimeOffset? DeletedBefore { get; init; }

    /// <summary>Take away past states of living items that ended longer ago than this many days; null keeps every state.</summary>
    public int? HistoryRetentionDays { get; init; }

    /// <summary>Give the room of bundles back at once. Not while the backup path is being copied.</summary>
    public bool NoGrace { get; init; }
}
