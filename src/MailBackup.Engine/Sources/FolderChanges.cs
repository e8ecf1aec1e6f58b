namespace MailBackup.Sources;

/// <summary>What a folder has become since an earlier visit, told without listing all of it.</summary>
/// <param name="Present">
/// Items that are new or may have changed, each once. One that was known comes under its known <see cref="SourceItem.Key"/>, a new one under a key that none of
/// the known has.
/// </param>
/// <param name="Gone">Known keys of items that the folder no longer has.</param>
public sealed record FolderChanges(IReadOnlyList<SourceItem> Present, IReadOnlySet<string> Gone);
