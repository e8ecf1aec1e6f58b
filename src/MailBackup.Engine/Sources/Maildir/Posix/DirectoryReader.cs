using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary>
/// Reads a directory name by name without making a string of any, and tells an error from its end. <c>.</c> and <c>..</c> are passed over.
/// </summary>
internal sealed unsafe class DirectoryReader : IDisposable
{
    private const byte TypeUnknown = 0;
    private const byte TypeDirectory = 4;
    private const byte TypeRegular = 8;
    private const byte TypeLink = 10;

    private static volatile bool s_plainName;

    private readonly string _path;
    private nint _stream;
    private int _descriptor;
    private byte* _entry;
    private int _length;

    private DirectoryReader(string path, nint stream)
    {
        _path = path;
        _stream = stream;
        _descriptor = Libc.DirectoryDescriptor(stream);
    }

    /// <summary>Null when there is no such directory; throws when it cannot be read.</summary>
    public static DirectoryReader? TryOpen(string directory, string name = "")
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        nint stream;
        fixed (byte* path = FileNames.ToNative(directory, name, buffer))
        {
            stream = Libc.OpenDirectory(path);
        }

        if (stream != 0)
        {
            return new DirectoryReader(FileNames.Join(directory, name), stream);
        }

        int errno = Marshal.GetLastPInvokeError();
        return Errno.IsAbsent(errno) ? null : throw new PosixException(errno, FileNames.Join(directory, name));
    }

    public ReadOnlySpan<byte> Name => new(_entry + 19, _length);

    public string NameText => FileNames.FromNative(Name);

    public ulong Inode => Unsafe.ReadUnaligned<ulong>(_entry);

    /// <summary>What the directory itself says of the type; a file system that does not say leaves all of them possible.</summary>
    public bool MayBeRegular => _entry[18] is TypeUnknown or TypeRegular;

    public bool MayBeDirectory => _entry[18] is TypeUnknown or TypeDirectory or TypeLink;

    /// <summary>Never through a link.</summary>
    public bool MayBeOwnDirectory => _entry[18] is TypeUnknown or TypeDirectory;

    public bool Next()
    {
        while (true)
        {
            _entry = Read();
            if (_entry == null)
            {
                int errno = Marshal.GetLastPInvokeError();
                return errno == 0 ? false : throw new PosixException(errno, _path);
            }

            _length = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_entry + 19).Length;
            bool self = _entry[19] == '.' && (_length == 1 || (_length == 2 && _entry[20] == '.'));
            if (!self)
            {
                return true;
            }
        }
    }

    /// <summary>False when the name has gone since the directory showed it.</summary>
    public bool TryGetStatus(out FileStatus status) => FileStatus.TryGetAt(_descriptor, _entry + 19, _path, out status);

    /// <summary>The same for a name that the directory has shown before; ends with a NUL.</summary>
    public bool TryGetStatus(ReadOnlySpan<byte> name, out FileStatus status)
    {
        fixed (byte* p = name)
        {
            return FileStatus.TryGetAt(_descriptor, p, _path, out status);
        }
    }

    public void Dispose()
    {
        if (_stream != 0)
        {
            _ = Libc.CloseDirectory(_stream);
            _stream = 0;
            _descriptor = -1;
            _entry = null;
        }
    }

    private byte* Read()
    {
        if (s_plainName)
        {
            return Libc.ReadDirectory(_stream);
        }

        try
        {
            return Libc.ReadDirectory64(_stream);
        }
        catch (EntryPointNotFoundException)
        {
            s_plainName = true;
            return Libc.ReadDirectory(_stream);
        }
    }
}
