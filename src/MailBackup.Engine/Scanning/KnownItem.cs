using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>What the catalog knows of a living item: enough to see whether it changed. The whole photograph is read from the journal when it did.</summary>
internal sealed record KnownItem(
    ItemId Id, ItemId Folder, ItemType Type, string Key, MessageFlags Flags, string? Tags, DateTimeOffset Date, long Size, Digest? Digest, JournalPlace Place)
{
    /// <summary>Whether a listed item has its flags and keywords.</summary>
    public bool IsMarkedAs(SourceItem item) => Flags == item.Flags && (Tags ?? "") == string.Join('\n', item.Tags);
}
