using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary>
/// A file from front to back by plain <c>read</c>: no lock is taken on a file of the mail server, and no buffer stands between. Reads complete
/// on the calling thread; a disk has no other way. A failed read is an <see cref="ItemReadException"/>.
/// </summary>
internal sealed class FileReadStream(SafeFileHandle file, string path) : Stream
{
    private readonly byte[] _head = new byte[16];
    private int _headStart;
    private int _headEnd;

    public string Path { get; } = path;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Null when there is no such file. Never waits for the writer of a fifo, never follows a link.</summary>
    public static unsafe SafeFileHandle? TryOpen(string directory, string name)
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        int flags = Libc.ReadOnly | Libc.CloseOnExec | Libc.NonBlocking | Libc.NoFollow;
        fixed (byte* path = FileNames.ToNative(directory, name, buffer))
        {
            // A backup should not make every mail look as if it had just been read; only the owner and root may ask for that.
            int descriptor = Libc.Open(path, flags | Libc.NoAccessTime, 0);
            if (descriptor < 0 && Marshal.GetLastPInvokeError() == Errno.EPERM)
            {
                descriptor = Libc.Open(path, flags, 0);
            }

            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        return Errno.IsAbsent(errno) ? null : throw new PosixException(errno, FileNames.Join(directory, name));
    }

    /// <summary>The first bytes, which the next read gives again. To be called before any read.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        int n;
        do
        {
            n = ReadFile(_head.AsSpan(_headEnd));
            _headEnd += n;
        }
        while (n > 0 && _headEnd < _head.Length);
        return _head.AsSpan(0, _headEnd);
    }

    public override int Read(Span<byte> buffer)
    {
        int head = Math.Min(_headEnd - _headStart, buffer.Length);
        if (head == 0)
        {
            return ReadFile(buffer);
        }

        _head.AsSpan(_headStart, head).CopyTo(buffer);
        _headStart += head;
        return _headStart < _headEnd || _headEnd < _head.Length ? head : head + ReadFile(buffer[head..]);
    }

    private unsafe int ReadFile(Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            while (true)
            {
                nint n = Libc.Read(file, p, buffer.Length);
                if (n >= 0)
                {
                    return (int)n;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    var error = new PosixException(errno, Path);
                    throw new ItemReadException(Path, error.Reason, error);
                }
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}
