using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>What tells a message without reading all of it.</summary>
/// <param name="Key">The <see cref="SourceItem.Key"/>.</param>
/// <param name="Size">Bytes of the whole message.</param>
/// <param name="Digest">Of its header with the empty line behind it.</param>
public readonly record struct SourceHeader(string Key, long Size, Digest Digest);
