using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>What a listing shows of an item's content.</summary>
public readonly record struct ContentSummary(ItemType Type, string Subject, string From);
