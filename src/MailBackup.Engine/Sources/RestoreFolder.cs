namespace MailBackup.Sources;

/// <summary>A folder to restore into. <paramref name="Key"/> is the server's own name for it when the backup knows one.</summary>
public sealed record RestoreFolder(string Path, FolderKind Kind, string? Key, IReadOnlyDictionary<string, string>? Attributes);
