namespace MailBackup.Maintenance.Purging;

/// <summary>What goes of one account.</summary>
internal sealed class AccountPurge(Guid id, string name)
{
    public Guid Id => id;

    public string Name => name;

    /// <summary>The account goes as a whole.</summary>
    public bool Whole { get; init; }

    /// <summary>On legal hold: everything stays, and what would have gone is counted.</summary>
    public bool Held { get; init; }

    /// <summary>Items that go with all their states.</summary>
    public HashSet<long> Items { get; } = [];

    /// <summary>Transactions of other items that go.</summary>
    public HashSet<long> States { get; } = [];

    /// <summary>Segments that hold lines of these.</summary>
    public SortedSet<int> Segments { get; } = [];

    public long JournalBytes { get; set; }

    /// <summary>Transactions that stand in the journal.</summary>
    public long Lines { get; set; }

    /// <summary>Number of the journal's last transaction; earlier purges may have taken some before it.</summary>
    public long Transactions { get; set; }

    /// <summary>Checksum at the end of the journal.</summary>
    public string Head { get; set; } = "";

    public bool Nothing => !Whole && Items.Count == 0 && States.Count == 0;

    public bool Takes(long item, long transaction) => Items.Contains(item) || States.Contains(transaction);
}
