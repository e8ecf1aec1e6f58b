using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Storage;

/// <summary>Content that is stored, or will be when its claims are kept.</summary>
/// <param name="Header">With <paramref name="Body"/>: the digests of the two parts that it is stored in.</param>
internal sealed record StoredContent(
    Digest Digest, Digest? Header, Digest? Body, long Size, ContentSummary Summary, BlobClaim FirstClaim, BlobClaim? SecondClaim)
{
    /// <summary>Blocks until everything has been appended.</summary>
    public void Wait()
    {
        FirstClaim.Wait();
        SecondClaim?.Wait();
    }
}
