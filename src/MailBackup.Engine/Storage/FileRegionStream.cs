using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>A part of a bundle as a stream. Closes the file with itself. A device that fails is <c>BlobUnreadable</c>.</summary>
internal sealed class FileRegionStream(SafeFileHandle handle, string path, long offset, long length) : ReadOnlyStream
{
    private long _position;

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted <= 0)
        {
            return 0;
        }

        int n;
        try
        {
            n = RandomAccess.Read(handle, buffer[..wanted], offset + _position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BundleReader.Unreadable(path, e);
        }

        _position += n;
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        base.Dispose(disposing);
    }
}
