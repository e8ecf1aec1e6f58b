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
    private readonly List<(int Bundle, SafeFileHandle File)> _unsynced = [];
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
                JournalTail.TryTruncate(layout.Files, handle, _length);
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
                JournalTail.TryTruncate(layout.Files, handle, _length);
                throw StorageFault.Translate(e, layout.Root);
            }

            return Advance(digest, at - _length, contentLength);
        }
    }

    /// <summary>Makes all that was appended before the call durable and hands over where it is, with the end of the newest bundle.</summary>
    public BundleBatch Sync()
    {
        BundleBatch batch;
        (int Bundle, SafeFileHandle File)[] full;
        SafeFileHandle? current;
        lock (_gate)
        {
            batch = new BundleBatch(_new, _bundle, _length);
            _new = [];
            full = [.. _unsynced];
            _unsynced.Clear();
            current = _dirty ? _current : null;
            _dirty = false;
        }

        try
        {
            foreach (var (_, file) in full)
            {
                layout.Files.Sync(file);
            }

            if (current is not null)
            {
                layout.Files.Sync(current);
            }

            SyncNames(full.Select(f => f.Bundle).Concat(current is null ? [] : [batch.Bundle]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lock (_gate)
            {
                _unsynced.InsertRange(0, full);
            }

            TakeBack();
            throw StorageFault.Translate(e, layout.Root);
        }

        foreach (var (_, file) in full)
        {
            file.Dispose();
        }

        _durable = (batch.Bundle, batch.Length);
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
            _unsynced.ForEach(b => b.File.Dispose());
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
            foreach (var (bundle, file) in _unsynced.Append((_bundle, _current!)).Where(f => f.Item2 is not null))
            {
                JournalTail.TryTruncate(layout.Files, file, bundle == _durable.Bundle ? _durable.Length : 0);
            }
        }
    }

    /// <summary>A bundle that was begun since has a new name, maybe in a new folder.</summary>
    private void SyncNames(IEnumerable<int> bundles)
    {
        var begun = bundles.Where(b => b != _durable.Bundle || _durable.Length == 0).Select(b => Path.GetDirectoryName(layout.Bundle(b))!).Distinct().ToList();
        if (begun.Count > 0)
        {
            begun.ForEach(layout.Files.SyncFolder);
            layout.Files.SyncFolder(layout.Items);
            layout.Files.SyncFolder(layout.Root);
        }
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
        if (_failed)
        {
            throw new IOException("What was written before did not reach the disk.");
        }

        if (_current is not null && _length >= layout.Seal.Bundle)
        {
            _unsynced.Add((_bundle, _current));
            _current = null;
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
