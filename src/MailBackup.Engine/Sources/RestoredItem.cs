namespace MailBackup.Sources;

/// <summary>What became of a restored item.</summary>
/// <param name="AlreadyThere">True when the same content was in the folder under its name and nothing was written.</param>
/// <param name="Key">Where it is now, as <see cref="SourceItem.Key"/>.</param>
/// <param name="Date">The internal date that the server now shows.</param>
public sealed record RestoredItem(bool AlreadyThere, string Key, DateTimeOffset Date);
