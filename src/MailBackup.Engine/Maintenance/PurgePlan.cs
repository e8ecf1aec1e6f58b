namespace MailBackup.Maintenance;

/// <summary>What a purge takes away, or would take away.</summary>
public sealed record PurgePlan
{
    /// <summary>Deleted items past their retention, with all their states.</summary>
    public long Items { get; init; }

    /// <summary>Past states of living items.</summary>
    public long States { get; init; }

    /// <summary>Addresses of deleted accounts past their retention, which go as a whole.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Accounts of which something goes, these included.</summary>
    public int AccountsTouched { get; init; }

    /// <summary>Bytes of journals.</summary>
    public long JournalBytes { get; init; }

    /// <summary>Bytes of content that nothing names any more; what is in bundles with little of it stays until it pays to write them anew.</summary>
    public long ContentBytes { get; init; }

    /// <summary>Items that would go if their accounts were not on legal hold.</summary>
    public long HeldItems { get; init; }

    /// <summary>Accounts on legal hold that keep something for it.</summary>
    public IReadOnlyList<string> HeldAccounts { get; init; } = [];

    /// <summary>Journals that cannot be read to their end. Nothing of theirs is touched, and no content of anybody is removed.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];

    public bool Nothing => Items == 0 && States == 0 && Accounts.Count == 0 && ContentBytes == 0;
}
