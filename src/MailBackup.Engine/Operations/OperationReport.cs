namespace MailBackup.Operations;

/// <summary>
/// What an operation did. Only what was made durable is counted. Item troubles are kept up to a limit; <see cref="Errors"/> counts all of them.
/// </summary>
public sealed record OperationReport
{
    public long Added { get; init; }

    public long Updated { get; init; }

    public long Deleted { get; init; }

    public long Unchanged { get; init; }

    public long Restored { get; init; }

    /// <summary>Restore: already there. Check: not asked for.</summary>
    public long Skipped { get; init; }

    public long Unrestored { get; init; }

    /// <summary>Restore: all that was not put back, by account; whole, unlike <see cref="Troubles"/>.</summary>
    public IReadOnlyList<UnrestoredItems> UnrestoredItems { get; init; } = [];

    /// <summary>Check: transactions and blobs looked at.</summary>
    public long Checked { get; init; }

    /// <summary>Export: contents written.</summary>
    public long Blobs { get; init; }

    /// <summary>Repair: journal lines and files put right, the catalog included.</summary>
    public long Repaired { get; init; }

    /// <summary>Repair: contents and journal lines had again from the server or another backup path.</summary>
    public long Fetched { get; init; }

    /// <summary>Repair: contents and journal lines that nobody had.</summary>
    public long Lost { get; init; }

    /// <summary>Repair and check: pieces moved to <c>quarantine/</c>.</summary>
    public long Quarantined { get; init; }

    /// <summary>Items (or accounts, or stored records) that failed.</summary>
    public long Errors { get; init; }

    /// <summary>Bytes of content read from the source, or restored to it.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes that the backup path (or the export) grew by.</summary>
    public long BytesStored { get; init; }

    /// <summary>Purge: bytes that the backup path has given back.</summary>
    public long BytesFreed { get; init; }

    public double Seconds { get; init; }

    public IReadOnlyList<ItemTrouble> Troubles { get; init; } = [];

    /// <summary>Things that an administrator should know although nothing failed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
