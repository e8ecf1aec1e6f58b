using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>An item was deleted.</summary>
/// <param name="DeletedNow">False when it lives again.</param>
internal readonly record struct Deletion(ItemId Item, TransactionId Transaction, DateTimeOffset Start, bool DeletedNow);
