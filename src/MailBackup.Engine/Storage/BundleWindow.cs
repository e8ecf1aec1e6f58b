using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>
/// Reads many blobs in the order in which they lie: keeps the bundle open and reads it in large pieces, where opening a blob by itself costs
/// more than its content when that is a header. One thread at a time; what is opened is good until the next is.
/// </summary>
/// <remarks>Content is proved by the checksum of its gzip member only: fit for what can be made anew, not for a restore.</remarks>
internal sealed class BundleWindow(BackupLayout layout) : IDisposable
{
    private readonly byte[] _window = new byte[512 << 10];
    private SafeFileHandle? _handle;
    private int _bundle;
    private long _start;
    private int _length;

    public Stream Open(BlobLocation location)
    {
        if (_handle is null || _bundle != location.Bundle)
        {
            _handle?.Dispose();
            _handle = null;
            _handle = File.OpenHandle(layout.Bundle(location.Bundle), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            _bundle = location.Bundle;
            _length = 0;
        }

        return new GZipStream(new Region(this, location.Offset, location.Length), CompressionMode.Decompress);
    }

    public void Dispose() => _handle?.Dispose();

    private int Read(long offset, Span<byte> buffer)
    {
        if (offset < _start || offset >= _start + _length)
        {
            _start = offset;
            _length = RandomAccess.Read(_handle!, _window, offset);
        }

        var found = _window.AsSpan((int)(offset - _start), _length - (int)(offset - _start));
        int n = Math.Min(found.Length, buffer.Length);
        found[..n].CopyTo(buffer);
        return n;
    }

    private sealed class Region(BundleWindow window, long offset, long length) : ReadOnlyStream
    {
        private long _position;

        public override int Read(Span<byte> buffer)
        {
            int wanted = (int)Math.Min(buffer.Length, length - _position);
            int n = wanted <= 0 ? 0 : window.Read(offset + _position, buffer[..wanted]);
            _position += n;
            return n;
        }
    }
}
