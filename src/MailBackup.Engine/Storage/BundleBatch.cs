using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Blobs that were made durable together.</summary>
/// <param name="Bundle">The newest bundle; with <paramref name="Length"/> the end of all that is in the bundles up to now.</param>
public sealed record BundleBatch(IReadOnlyList<(Digest Digest, BlobLocation Location)> Blobs, int Bundle, long Length);
