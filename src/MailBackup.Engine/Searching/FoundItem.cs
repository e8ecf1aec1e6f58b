using MailBackup.Model;

namespace MailBackup.Searching;

/// <summary>An item that a search found.</summary>
/// <param name="Item">The latest state with the content that was found.</param>
/// <param name="Score">The higher, the better it fits; 0 where the query has no words.</param>
public readonly record struct FoundItem(BackupItem Item, double Score);
