using System.Buffers;
using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Storage;

/// <summary>
/// Reads content from a stream, digests it and hands it to the blob store: messages in header and body, everything else whole. Content up to
/// <see cref="InMemory"/> is read into one buffer; larger content is compressed to a spool file while it is read, so that memory does not grow
/// with the mail. One intake a worker.
/// </summary>
internal sealed class ContentIntake(BlobStore store) : IDisposable
{
    public const int InMemory = 4 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(256 << 10);

    /// <param name="length">Exact length where it is known.</param>
    public async ValueTask<StoredContent> TakeAsync(Stream stream, long? length, FolderKind kind, string fileName, CancellationToken token)
    {
        int n = 0;
        if (length is > 0 and <= InMemory && _buffer.Length <= length)
        {
            Grow((int)length + 1, keep: 0);
        }

        while (true)
        {
            if (n == _buffer.Length)
            {
                if (n >= InMemory)
                {
                    return await SpoolAsync(stream, n, kind, fileName, token).ConfigureAwait(false);
                }

                Grow(n * 2, n);
            }

            int read = await stream.ReadAsync(_buffer.AsMemory(n), token).ConfigureAwait(false);
            if (read == 0)
            {
                return Take(_buffer.AsSpan(0, n), kind, fileName);
            }

            n += read;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private StoredContent Take(ReadOnlySpan<byte> content, FolderKind kind, string fileName)
    {
        var digest = Digest.Of(content);
        int split = kind == FolderKind.Mail ? MessageSplit.Find(content, content.Length) : 0;
        var summary = ContentInspector.Inspect(kind, Head(content, split), fileName);
        if (split == 0)
        {
            return new StoredContent(digest, null, null, content.Length, summary, store.Store(digest, content), null);
        }

        var header = content[..split];
        var body = content[split..];
        var headerDigest = Digest.Of(header);
        var bodyDigest = Digest.Of(body);
        var headerClaim = store.Store(headerDigest, header);
        return new StoredContent(digest, headerDigest, bodyDigest, content.Length, summary, headerClaim, store.Store(bodyDigest, body));
    }

    /// <summary>The first <paramref name="n"/> bytes are in the buffer; there are more.</summary>
    private async ValueTask<StoredContent> SpoolAsync(Stream stream, int n, FolderKind kind, string fileName, CancellationToken token)
    {
        int split = kind == FolderKind.Mail ? MessageSplit.Find(_buffer.AsSpan(0, n), long.MaxValue) : 0;
        var summary = ContentInspector.Inspect(kind, Head(_buffer.AsSpan(0, n), split), fileName);
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var part = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var spool = store.OpenSpool();
        await using (spool.ConfigureAwait(false))
        {
            long size = 0;
            var gzip = BlobCompressor.BeginStream(spool, _buffer.AsSpan(split, n - split));
            await using (gzip.ConfigureAwait(false))
            {
                whole.AppendData(_buffer.AsSpan(0, split));
                var header = split > 0 ? _buffer.AsMemory(0, split).ToArray() : [];
                var chunk = _buffer.AsMemory(split, n - split);
                while (chunk.Length > 0)
                {
                    whole.AppendData(chunk.Span);
                    part.AppendData(chunk.Span);
                    gzip.Write(chunk.Span);
                    size += chunk.Length;
                    int read = await stream.ReadAsync(_buffer, token).ConfigureAwait(false);
                    chunk = _buffer.AsMemory(0, read);
                }

                await gzip.DisposeAsync().ConfigureAwait(false);
                var digest = new Digest(whole.GetHashAndReset());
                var bodyDigest = new Digest(part.GetHashAndReset());
                BlobCompressor.Finish(spool, bodyDigest, size);
                await spool.FlushAsync(token).ConfigureAwait(false);
                if (split == 0)
                {
                    return new StoredContent(digest, null, null, size, summary, store.Store(digest, spool, size), null);
                }

                var headerDigest = Digest.Of(header);
                var headerClaim = store.Store(headerDigest, header);
                return new StoredContent(digest, headerDigest, bodyDigest, size + split, summary, headerClaim, store.Store(bodyDigest, spool, size));
            }
        }
    }

    /// <summary>The header of a message; the beginning of anything else.</summary>
    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> content, int split) =>
        content[..Math.Min(content.Length, split > 0 ? split : 64 << 10)];

    private void Grow(int size, int keep)
    {
        var grown = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, keep).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = grown;
    }
}
