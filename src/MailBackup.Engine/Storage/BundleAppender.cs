using MailBackup.Model;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>
/// Appends gzip members to the newest bundle and begins another when it is full. Appending may come from any thread; what was appended is
/// durable after <see cref="Sync"/>.
/// </summary>
internal sealed class BundleAppender(BackupLayout layout, int bundle, long length) : IDisposable
{
    /// <summary>A bundle is sealed when it has reached this size.</summary>
    public const long SealBytes = 64L << 20;

    private const long WriteBackBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly List<SafeFileHandle> _unsynced = [];
    private List<(Digest Digest, BlobLocation Location)> _new = [];
    private SafeFileHandle? _current;
    private bool _dirty;
    private long _handedOver = length;
    private int _bundle = bundle;
    private long _length = length;

    public BlobLocation Append(Digest digest, ReadOnlySpan<byte> member, long contentLength)
    {
        BlobLocation location;
        SafeFileHandle handle;
        lock (_gate)
        {
            handle = Prepare();
            try
            {
                RandomAccess.Write(handle, member, _length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                JournalTail.TryTruncate(handle, _length);
                throw StorageFault.Translate(e, layout.Root);
            }

            location = Advance(digest, member.Length, contentLength);
        }

        BeginWriteBack(handle, location);
        return location;
    }

    /// <summary>Appends a member that stands complete elsewhere: in a spool file, in another bundle.</summary>
    /// <param name="member">Read to its end.</param>
    public BlobLocation Append(Digest digest, Stream member, long contentLength)
    {
        lock (_gate)
        {
            var handle = Prepare();
            var buffer = new byte[256 << 10];
            long at = _length;
            try
            {
                for (int n; (n = member.Read(buffer)) > 0; at += n)
                {
                    RandomAccess.Write(handle, buffer.AsSpan(0, n), at);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                JournalTail.TryTruncate(handle, _length);
                throw StorageFault.Translate(e, layout.Root);
            }

            return Advance(digest, at - _length, contentLength);
        }
    }

    /// <summary>Makes all that was appended before the call durable and hands over where it is, with the end of the newest bundle.</summary>
    public BundleBatch Sync()
    {
        BundleBatch batch;
        List<SafeFileHandle> sealedBundles;
        SafeFileHandle? current;
        lock (_gate)
        {
            batch = new BundleBatch(_new, _bundle, _length);
            _new = [];
            sealedBundles = [.. _unsynced];
            _unsynced.Clear();
            current = _dirty ? _current : null;
            _dirty = false;
        }

        try
        {
            foreach (var handle in sealedBundles)
            {
                RandomAccess.FlushToDisk(handle);
                handle.Dispose();
            }

            if (current is not null)
            {
                RandomAccess.FlushToDisk(current);
            }
        }
        catch (IOException e)
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        return batch;
    }

    public void Dispose()
    {
        foreach (var handle in _unsynced)
        {
            handle.Dispose();
        }

        _current?.Dispose();
    }

    /// <summary>Lets the disk begin with what has been appended, so that the sync of the batch finds little left to do.</summary>
    private void BeginWriteBack(SafeFileHandle handle, BlobLocation location)
    {
        long from = Interlocked.Read(ref _handedOver), to = location.Offset + location.Length;
        if (to - from is < WriteBackBytes and >= 0 || Interlocked.CompareExchange(ref _handedOver, to, from) != from)
        {
            return;
        }

        try
        {
            // A new bundle begins at 0 again.
            FileSystemSync.BeginWriteBack(handle, to > from ? from : 0, to > from ? to - from : to);
        }
        catch (ObjectDisposedException)
        {
            // Sealed, synced and closed meanwhile.
        }
    }

    private SafeFileHandle Prepare()
    {
        if (_current is not null && _length >= SealBytes)
        {
            _unsynced.Add(_current);
            _current = null;
        }

        if (_current is null)
        {
            if (_length >= SealBytes)
            {
                _bundle++;
                _length = 0;
            }

            string path = layout.Bundle(_bundle);
            PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);
            _current = PrivateFiles.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }

        return _current;
    }

    private BlobLocation Advance(Digest digest, long memberLength, long contentLength)
    {
        var location = new BlobLocation(_bundle, _length, memberLength, contentLength);
        _length += memberLength;
        _dirty = true;
        _new.Add((digest, location));
        return location;
    }
}
