using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>One state of an item as a plan needs it: where its photograph stands, and nothing that would fill memory.</summary>
/// <param name="End">When the next state began; null while it lasts.</param>
/// <param name="DeletedNow">The latest state of the item is a deletion.</param>
internal readonly record struct ItemPlace(ItemId Id, ItemType Type, ItemId Folder, DateTimeOffset? End, bool DeletedNow, JournalPlace Place);
