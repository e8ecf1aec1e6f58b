using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>An item to put back: its state and a way to read its content (plain bytes, may be opened more than once).</summary>
public sealed record RestoreItem(ItemState State, Func<CancellationToken, ValueTask<Stream>> OpenContent);
