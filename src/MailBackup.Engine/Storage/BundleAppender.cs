using MailBackup.Model;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>
/// Appends gzip members to the newest bundle and begins another when it is full. Appending may come from any thread; what was appended is
/// durable after <see cref="Sync"/>.
/// </summary>
internal sealed class BundleAppender(BackupLayout layout, int bundle, long length) : IDisposable
{
    /// <summary>A bundle is sealed when it has reached this size, unless the layout says otherwise.</summary>
    public const long SealBytes = 64L << 20;

    private const long WriteBackBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly List<(int Bundle, SafeFileHandle File)> _full = [];
    private List<(Digest Digest, BlobLocation Location)> _new = [];
    private SafeFileHandle? _current;
    private bool _dirty;
    private long _handedOver = length;
    private int _bundle = bundle;
    private long _length = length;
    private (int Bundle, long Length) _durable = (bundle, length);
    private bool _failed;

    public BlobLocation Append(Digest digest, ReadOnlySpan<byte> member, long contentLength)
    {
        BlobLocation location;
        SafeFileHandle handle;
        lock (_gate)
        {
            handle = Prepare();
            try
            {
                layout.Files.Write(handle, member, _length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _failed |= !JournalTail.TryTruncate(layout.Files, handle, _length);
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
                    layout.Files.Write(handle, buffer.AsSpan(0, n), at);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _failed |= !JournalTail.TryTruncate(layout.Files, handle, _length);
                throw StorageFault.Translate(e, layout.Root);
            }

            return Advance(digest, at - _length, contentLength);
        }
    }

    /// <summary>Makes all that was appended before the call durable and hands over where it is, with the end of the newest bundle.</summary>
    public BundleBatch Sync()
    {
        BundleBatch batch;
        SafeFileHandle? current;
        int full;
        bool isNew;
        lock (_gate)
        {
            RequireDisk();
            batch = new BundleBatch(_new, _bundle, _length);
            _new = [];
            full = _full.Count;
            isNew = _bundle != _durable.Bundle || _durable.Length == 0;
            current = _dirty ? _current : null;
            _dirty = false;
        }

        try
        {
            if (current is not null)
            {
                layout.Files.Sync(current);
                SyncName(batch.Bundle, isNew);
            }

            lock (_gate)
            {
                // Whoever filled the bundle meanwhile may have met the error that this sync then did not: the system tells of it once.
                RequireDisk();
                _full.GetRange(0, full).ForEach(f => f.File.Dispose());
                _full.RemoveRange(0, full);
                _durable = (batch.Bundle, batch.Length);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TakeBack();
            throw StorageFault.Translate(e, layout.Root);
        }

        return batch;
    }

    public void Dispose()
    {
        try
        {
            TakeBack();
        }
        finally
        {
            _full.ForEach(b => b.File.Dispose());
            _current?.Dispose();
        }
    }

    /// <summary>
    /// Takes off what did not become durable. No transaction names it, and whoever reads it next would see it in the system's cache and take it for stored,
    /// also when the disk has refused it.
    /// </summary>
    private void TakeBack()
    {
        lock (_gate)
        {
            _failed = true;
            foreach (var (bundle, file) in _full.Append((_bundle, _current!)).Where(f => f.Item2 is not null))
            {
                JournalTail.TryTruncate(layout.Files, file, bundle == _durable.Bundle ? _durable.Length : 0);
            }
        }
    }

    /// <summary>A bundle that was begun since the last batch has a new name, maybe in a new folder.</summary>
    private void SyncName(int bundle, bool isNew)
    {
        if (isNew)
        {
            layout.Files.SyncFolder(Path.GetDirectoryName(layout.Bundle(bundle))!);
            layout.Files.SyncFolder(layout.Items);
            layout.Files.SyncFolder(layout.Root);
        }
    }

    private void RequireDisk()
    {
        if (_failed)
        {
            throw new IOException("What was written before did not reach the disk.");
        }
    }

    /// <summary>
    /// A bundle is durable before there is a next one, as the segments of journals are: so only the newest can hold what a power failure has taken, however
    /// much a batch was. Closed with the batch, because its sync may be on its way to the same file.
    /// </summary>
    private void Seal(SafeFileHandle file)
    {
        try
        {
            layout.Files.Sync(file);
            SyncName(_bundle, _bundle != _durable.Bundle || _durable.Length == 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TakeBack();
            throw StorageFault.Translate(e, layout.Root);
        }

        _full.Add((_bundle, file));
        _current = null;
        _dirty = false;
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
        RequireDisk();
        if (_current is not null && _length >= layout.Seal.Bundle)
        {
            Seal(_current);
        }

        if (_current is null)
        {
            if (_length >= layout.Seal.Bundle)
            {
                _bundle++;
                _length = 0;
            }

            string path = layout.Bundle(_bundle);
            layout.Files.CreateFolder(Path.GetDirectoryName(path)!);
            _current = layout.Files.Open(path, FileMode.OpenOrCreate);
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
