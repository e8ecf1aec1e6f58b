namespace MailBackup.Model;

/// <summary>
/// A change of state of an item: from <see cref="Start"/> on, it was as <see cref="State"/> says. A deletion is a transaction whose
/// state is null. The end date is the start of the item's next transaction and is not stored.
/// </summary>
public sealed record Transaction(ItemId Item, TransactionId Id, DateTimeOffset Start, ItemState? State);
