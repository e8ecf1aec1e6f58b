using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>What came of fetching an item: stored content, or the item is gone (neither is set), or it could not be read.</summary>
internal sealed record FetchedContent(StoredContent? Stored, SourceItem? Item, ItemReadException? Trouble);
