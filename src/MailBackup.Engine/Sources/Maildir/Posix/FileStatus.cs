using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary>What a file is, how large, and when it was changed: one <c>statx</c>.</summary>
internal readonly record struct FileStatus
{
    private const uint BasicMask = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x100 | 0x200;
    private const uint BirthMask = 0x800;
    private const int TypeBits = 0xF000;

    // Set once a call shows that this system has no statx; then .NET's own answers do, without inode and birth time.
    private static volatile bool s_unsupported;

    public required ushort Mode { get; init; }

    public ulong Inode { get; init; }

    public ulong Device { get; init; }

    public uint User { get; init; }

    public uint Group { get; init; }

    /// <summary>Names that the file has; 0 where the system does not say.</summary>
    public uint Links { get; init; }

    public required long Size { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public required long Modified { get; init; }

    /// <summary>Nanoseconds since 1970; 0 where the file system does not keep it.</summary>
    public long Birth { get; init; }

    public bool IsRegular => (Mode & TypeBits) == 0x8000;

    public bool IsDirectory => (Mode & TypeBits) == 0x4000;

    public bool IsLink => (Mode & TypeBits) == 0xA000;

    public DateTimeOffset ModifiedDate => new(DateTime.UnixEpoch.Ticks + FloorDivide(Modified, 100), TimeSpan.Zero);

    /// <summary>False when there is nothing of that name; throws when that cannot be told.</summary>
    public static bool TryGet(string path, out FileStatus status, bool follow = true) => TryGet(path, "", out status, follow);

    public static unsafe bool TryGet(string directory, string name, out FileStatus status, bool follow = true)
    {
        if (s_unsupported)
        {
            return TryGetManaged(FileNames.Join(directory, name), out status, follow);
        }

        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        StatxBuffer result;
        fixed (byte* path = FileNames.ToNative(directory, name, buffer))
        {
            try
            {
                if (Libc.Statx(Libc.AtCurrentDirectory, path, follow ? 0 : Libc.AtSymlinkNoFollow, BasicMask | BirthMask, &result) == 0)
                {
                    status = From(result);
                    return true;
                }
            }
            catch (EntryPointNotFoundException)
            {
                s_unsupported = true;
                return TryGetManaged(FileNames.Join(directory, name), out status, follow);
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.ENOSYS)
        {
            s_unsupported = true;
            return TryGetManaged(FileNames.Join(directory, name), out status, follow);
        }

        status = default;
        return Errno.IsAbsent(errno) ? false : throw new PosixException(errno, FileNames.Join(directory, name));
    }

    /// <summary>A name that a directory being read has just shown, not followed. Its path is only made where it is needed.</summary>
    internal static unsafe bool TryGetAt(int directory, byte* name, string directoryPath, out FileStatus status)
    {
        if (!s_unsupported)
        {
            StatxBuffer result;
            if (Libc.Statx(directory, name, Libc.AtSymlinkNoFollow, BasicMask, &result) == 0)
            {
                status = From(result);
                return true;
            }

            int errno = Marshal.GetLastPInvokeError();
            status = default;
            return Errno.IsAbsent(errno) ? false : throw new PosixException(errno, Path(name));
        }

        return TryGetManaged(Path(name), out status, follow: false);

        string Path(byte* name) =>
            FileNames.Join(directoryPath, FileNames.FromNative(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)));
    }

    public static unsafe FileStatus Get(SafeFileHandle file, string path)
    {
        if (s_unsupported)
        {
            return new FileStatus
            {
                Mode = 0x8180,
                Size = RandomAccess.GetLength(file),
                Modified = (File.GetLastWriteTimeUtc(file).Ticks - DateTime.UnixEpoch.Ticks) * 100,
            };
        }

        StatxBuffer result;
        byte empty = 0;
        return Libc.Statx(file, &empty, Libc.AtEmptyPath, BasicMask, &result) == 0
            ? From(result) : throw new PosixException(Marshal.GetLastPInvokeError(), path);
    }

    private static FileStatus From(in StatxBuffer buffer) => new()
    {
        Mode = buffer.Mode,
        Inode = buffer.Inode,
        Links = buffer.Links,
        Device = ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor,
        User = buffer.User,
        Group = buffer.Group,
        Size = (long)buffer.Size,
        Modified = (buffer.ModifiedSeconds * 1_000_000_000) + buffer.ModifiedNanoseconds,
        Birth = (buffer.Mask & BirthMask) == 0 ? 0 : (buffer.BirthSeconds * 1_000_000_000) + buffer.BirthNanoseconds,
    };

    private static bool TryGetManaged(string path, out FileStatus status, bool follow)
    {
        FileSystemInfo info = new FileInfo(path);
        if (follow && info.LinkTarget is not null)
        {
            info = info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
        }

        status = default;
        if ((int)info.Attributes == -1)
        {
            return false;
        }

        bool directory = (info.Attributes & FileAttributes.Directory) != 0;
        bool link = (info.Attributes & FileAttributes.ReparsePoint) != 0;
        bool device = (info.Attributes & FileAttributes.Device) != 0;
        status = new FileStatus
        {
            Mode = (ushort)((link ? 0xA000 : directory ? 0x4000 : device ? 0x2000 : 0x8000) | (int)info.UnixFileMode),
            Size = directory ? 0 : new FileInfo(info.FullName).Length,
            Modified = (info.LastWriteTimeUtc.Ticks - DateTime.UnixEpoch.Ticks) * 100,
        };
        return true;
    }

    private static long FloorDivide(long value, long by) => value >= 0 ? value / by : -((-value + by - 1) / by);
}
