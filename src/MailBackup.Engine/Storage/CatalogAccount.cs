namespace MailBackup.Storage;

/// <summary>An account in the catalog.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="Position">How far its journal has been read.</param>
/// <param name="LastItem">The highest item id met.</param>
internal readonly record struct CatalogAccount(long Id, JournalPosition Position, long LastItem);
