namespace MailBackup.Maintenance.Anchoring;

/// <summary>The head of one journal.</summary>
/// <param name="Name">The journal's name, which seeds its chain: <c>&lt;account uuid&gt;/journal</c>, <c>provisioning/domains</c>.</param>
/// <param name="Transactions">Number of the last transaction; 0 for a journal that had not begun.</param>
/// <param name="Check">Its checksum, which the checksums of all lines before it went into.</param>
/// <param name="Removed">Transactions that purges and repairs had removed by then.</param>
public sealed record JournalAnchor(string Name, long Transactions, string Check, long Removed);
