namespace MailBackup.Storage;

/// <summary>The item journal of an account that is open for appending.</summary>
/// <param name="CatalogId">The account's number in the catalog.</param>
internal sealed record AccountJournal(Guid Account, long CatalogId, JournalWriter Writer);
