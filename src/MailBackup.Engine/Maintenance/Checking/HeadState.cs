namespace MailBackup.Maintenance.Checking;

/// <summary>What became of a <see cref="JournalHead"/>.</summary>
internal enum HeadState
{
    NotReached,
    Met,

    /// <summary>There is a transaction of that number, and it is another.</summary>
    Different,

    /// <summary>It is among the transactions that a record says were taken away.</summary>
    Removed,
}
