using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary>One inotify instance. Watches may be added by one thread while another reads.</summary>
internal sealed unsafe class Inotify : IDisposable
{
    /// <summary>
    /// Gets one event: the watch, what happened, a number that both events of a rename have in common, and the name in the watched directory (empty for the directory
    /// itself).
    /// </summary>
    public delegate void Handler(int watch, InotifyMask mask, uint cookie, ReadOnlySpan<byte> name);

    private const int HeaderLength = 16;
    private const int BufferLength = 256 << 10;

    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);

    /// <summary>Throws <see cref="PosixException"/>; <see cref="Errno.EMFILE"/> when the user has as many instances as it may.</summary>
    public Inotify()
    {
        int descriptor = Libc.InotifyInit(Libc.NonBlocking | Libc.CloseOnExec);
        _file = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new PosixException(Marshal.GetLastPInvokeError(), "inotify");
    }

    /// <summary>
    /// The number of the watch, the same for the same directory, whatever path leads to it: then the events of both masks are told. Null when it is not there. Throws
    /// <see cref="PosixException"/>: <see cref="Errno.ENOSPC"/> when there are as many as may be.
    /// </summary>
    public int? Watch(string directory, InotifyMask mask)
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* path = FileNames.ToNative(directory, "", buffer))
        {
            int watch = Libc.InotifyAddWatch(_file, path, (uint)(mask | InotifyMask.OnlyDirectory | InotifyMask.Add));
            if (watch >= 0)
            {
                return watch;
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        return Errno.IsAbsent(errno) ? null : throw new PosixException(errno, directory);
    }

    /// <summary>Hands over what has happened; false when nothing did for so long.</summary>
    public bool Read(TimeSpan wait, Handler handler)
    {
        var poll = new PollEntry { Descriptor = (int)_file.DangerousGetHandle(), Events = PollEntry.Readable };
        if (Libc.Poll(&poll, 1, (int)wait.TotalMilliseconds) <= 0)
        {
            return false;
        }

        nint length;
        fixed (byte* buffer = _buffer)
        {
            length = Libc.Read(_file, buffer, BufferLength);
        }

        if (length <= 0)
        {
            return false;
        }

        var events = _buffer.AsSpan(0, (int)length);
        while (events.Length >= HeaderLength)
        {
            int watch = Unsafe.ReadUnaligned<int>(in events[0]);
            var mask = Unsafe.ReadUnaligned<InotifyMask>(in events[4]);
            uint cookie = Unsafe.ReadUnaligned<uint>(in events[8]);
            int nameLength = Unsafe.ReadUnaligned<int>(in events[12]);
            var name = events.Slice(HeaderLength, nameLength);
            int end = name.IndexOf((byte)0);
            handler(watch, mask, cookie, end >= 0 ? name[..end] : name);
            events = events[(HeaderLength + nameLength)..];
        }

        return true;
    }

    public void Dispose() => _file.Dispose();
}
