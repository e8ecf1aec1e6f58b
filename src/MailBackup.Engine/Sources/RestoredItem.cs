namespace MailBackup.Sources;

/// <summary>What became of a restored item.</summary>
/// <param name="AlreadyThere">True when the same content was in the folder under its name and nothing was written.</param>
/// <param name="Key">Where it is now, as <see cref="SourceItem.Key"/>.</param>
/// <param name="Date">The internal date that the server now shows.</param>
/// <param name="Note">What could not be put back of it though its content was, a sentence for people: keywords that the server has no room for.</param>
public sealed record RestoredItem(bool AlreadyThere, string Key, DateTimeOffset Date, string? Note = null);
