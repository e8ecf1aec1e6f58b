using System.Collections.Concurrent;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// Takes content in, once for the whole node: who brings a blob first stores it, everyone else gets the claim on it. The committer then syncs,
/// and only after that may a transaction name the blob.
/// </summary>
internal sealed class BlobStore(BackupLayout layout, Catalog catalog, BundleAppender appender) : IDisposable
{
    private readonly ConcurrentDictionary<Digest, BlobClaim> _claims = new();
    private readonly ConcurrentBag<BlobCompressor> _compressors = [];
    private long _bytesStored;

    /// <summary>Bytes appended to bundles so far.</summary>
    public long BytesStored => Interlocked.Read(ref _bytesStored);

    /// <summary>With true, a blob that the catalog knows is read and proved before it counts as stored (deep scan).</summary>
    public bool VerifyKnown { get; init; }

    /// <summary>Stores content that is in memory, unless it is stored already.</summary>
    public BlobClaim Store(Digest digest, ReadOnlySpan<byte> content)
    {
        if (!TryClaim(digest, out var claim))
        {
            return claim;
        }

        if (!_compressors.TryTake(out var compressor))
        {
            compressor = new BlobCompressor();
        }

        try
        {
            var member = compressor.Compress(digest, content);
            Complete(claim, appender.Append(digest, member, content.Length));
            return claim;
        }
        catch (Exception e)
        {
            Fail(digest, claim, e);
            throw;
        }
        finally
        {
            _compressors.Add(compressor);
        }
    }

    /// <summary>Stores a member that stands complete in a spool file, unless it is stored already.</summary>
    public BlobClaim Store(Digest digest, FileStream member, long contentLength)
    {
        if (!TryClaim(digest, out var claim))
        {
            return claim;
        }

        try
        {
            member.Position = 0;
            Complete(claim, appender.Append(digest, member, contentLength));
            return claim;
        }
        catch (Exception e)
        {
            Fail(digest, claim, e);
            throw;
        }
    }

    /// <summary>Appends a blob once more, as it stands in another bundle; the catalog then names the new place.</summary>
    public BlobLocation Move(Digest digest, BlobLocation from)
    {
        using var member = BundleReader.OpenMember(layout, digest, from);
        var to = appender.Append(digest, member, from.ContentLength);
        Interlocked.Add(ref _bytesStored, to.Length);
        return to;
    }

    /// <summary>A file for content that does not fit in memory. It has no name, so it goes with whoever made it, however that ends.</summary>
    public FileStream OpenSpool()
    {
        PrivateFiles.CreateDirectory(layout.Spool);
        string path = Path.Combine(layout.Spool, Guid.NewGuid().ToString("N"));
        var spool = PrivateFiles.OpenStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 << 10);
        File.Delete(path);
        return spool;
    }

    /// <summary>Makes all blobs that have been appended durable and hands over where they are, for the catalog.</summary>
    public BundleBatch Sync() => appender.Sync();

    /// <summary>The catalog knows these now: their claims need no memory any more.</summary>
    public void Forget(IReadOnlyList<(Digest Digest, BlobLocation Location)> blobs)
    {
        foreach (var (digest, _) in blobs)
        {
            _claims.TryRemove(digest, out _);
        }
    }

    public void Dispose()
    {
        foreach (var compressor in _compressors)
        {
            compressor.Dispose();
        }

        appender.Dispose();
    }

    /// <summary>True when the caller is the one who has to store it.</summary>
    private bool TryClaim(Digest digest, out BlobClaim claim)
    {
        if (_claims.TryGetValue(digest, out claim!))
        {
            return false;
        }

        var mine = new BlobClaim();
        claim = _claims.GetOrAdd(digest, mine);
        if (claim != mine)
        {
            return false;
        }

        BlobLocation? found;
        try
        {
            found = catalog.FindBlob(digest) is { } place && (!VerifyKnown || BundleReader.IsIntact(layout, digest, place)) ? place : null;
        }
        catch (Exception e)
        {
            // Others may be waiting for this claim already.
            Fail(digest, claim, e);
            throw;
        }

        if (found is { } known)
        {
            // The catalog answers for it from here on; a claim on what is known would only fill memory.
            claim.Complete(known);
            _claims.TryRemove(digest, out _);
            return false;
        }

        return true;
    }

    private void Complete(BlobClaim claim, BlobLocation location)
    {
        Interlocked.Add(ref _bytesStored, location.Length);
        claim.Complete(location);
    }

    private void Fail(Digest digest, BlobClaim claim, Exception reason)
    {
        _claims.TryRemove(digest, out _);
        claim.Fail(reason);
    }
}
