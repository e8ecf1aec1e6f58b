using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>A part of a file as a stream. Closes the file with itself.</summary>
internal sealed class FileRegionStream(SafeFileHandle handle, long offset, long length) : ReadOnlyStream
{
    private long _position;

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted <= 0)
        {
            return 0;
        }

        int n = RandomAccess.Read(handle, buffer[..wanted], offset + _position);
        _position += n;
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        base.Dispose(disposing);
    }
}
