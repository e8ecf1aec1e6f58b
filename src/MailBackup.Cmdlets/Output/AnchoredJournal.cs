using MailBackup.Maintenance.Anchoring;

namespace MailBackup.Cmdlets.Output;

/// <summary>What became of a journal since an anchor was made.</summary>
public sealed class AnchoredJournal
{
    internal AnchoredJournal(AnchorResult result, string backupPath)
    {
        (Journal, Account, State) = (result.Journal, result.Account, result.State);
        (Anchored, Transactions, Removed, RemovedAt) = (result.Anchored, result.Transactions, result.Removed, result.RemovedAt);
        (IsTrusted, Detail, BackupPath) = (result.IsTrusted, result.Detail, backupPath);
    }

    public string Journal { get; }

    public string? Account { get; }

    public AnchorState State { get; }

    /// <summary>Transactions when the anchor was made.</summary>
    public long Anchored { get; }

    /// <summary>Transactions now; removed ones count.</summary>
    public long Transactions { get; }

    /// <summary>Of the anchored transactions, those that records say were removed since.</summary>
    public long Removed { get; }

    public DateTimeOffset? RemovedAt { get; }

    /// <summary>False when something that the anchor saw is gone or changed without a record of it.</summary>
    public bool IsTrusted { get; }

    public string Detail { get; }

    public string BackupPath { get; }
}
