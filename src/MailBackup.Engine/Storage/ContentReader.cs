using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Opens stored content, byte for byte as it was.</summary>
internal sealed class ContentReader(BackupLayout layout, Catalog catalog)
{
    /// <summary>Throws <c>BlobMissing</c> at once, <c>BlobDamaged</c> at the latest with the last byte.</summary>
    public Stream Open(ItemState state)
    {
        var digest = state.Digest ?? throw new InvalidOperationException("A folder has no content.");
        if (state.Header is not { } header || state.Body is not { } body)
        {
            return OpenBlob(digest);
        }

        // Both are looked up before the first byte is given, so that a missing part does not end in half a message.
        var first = Locate(header);
        var second = Locate(body);
        return new VerifyingStream(
            new ConcatenatedStream(() => BundleReader.OpenUnverified(layout, header, first), () => BundleReader.OpenUnverified(layout, body, second)),
            digest, state.Size, $"stored as {header} and {body}");
    }

    /// <summary>The blobs that a state is stored in; none for a folder or a deletion.</summary>
    public static IEnumerable<Digest> PartsOf(ItemState? state) => state switch
    {
        { Header: { } header, Body: { } body } => [header, body],
        { Digest: { } whole } => [whole],
        _ => [],
    };

    public Stream OpenBlob(Digest digest) => BundleReader.Open(layout, digest, Locate(digest));

    private BlobLocation Locate(Digest digest) => layout.FindBlob(catalog, digest) ?? throw BundleReader.Missing(digest, null);
}
