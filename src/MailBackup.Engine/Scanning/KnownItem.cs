using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>What the catalog knows of a living item: enough to see whether it changed. The whole photograph is read from the journal when it did.</summary>
internal sealed record KnownItem(
    ItemId Id, ItemId Folder, ItemType Type, string Key, MessageFlags Flags, string? Tags, DateTimeOffset Date, long Size, Digest? Digest, JournalPlace Place);
