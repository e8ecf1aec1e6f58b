using System.Runtime.InteropServices;
using MailBackup.Sources.Maildir.Posix;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// Changes to the mail tree. Only <see cref="Replace"/> and <see cref="TryRemove"/> touch what is the server's, and what is made belongs to whom
/// the directory around it belongs to, readable by no more people than that. Failures are <see cref="PosixException"/>.
/// </summary>
internal static unsafe class FileWrites
{
    private const uint FileModeBits = 0x1B6;
    private const uint DirectoryModeBits = 0xFFF;

    private static volatile bool s_noRenameFlags;

    /// <summary>A new, empty file; null when the name is taken.</summary>
    public static SafeFileHandle? TryCreate(string directory, string name, FileStatus owner)
    {
        int descriptor;
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* path = FileNames.ToNative(directory, name, buffer))
        {
            descriptor = Libc.Open(path, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.CloseOnExec | Libc.NoFollow, 0x180);
        }

        if (descriptor < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == Errno.EEXIST ? null : throw new PosixException(errno, FileNames.Join(directory, name));
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            HandOver(file, owner, owner.Mode & FileModeBits, FileNames.Join(directory, name));
            return file;
        }
        catch
        {
            file.Dispose();
            Remove(directory, name);
            throw;
        }
    }

    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> content, string path)
    {
        while (!content.IsEmpty)
        {
            nint n;
            fixed (byte* p = content)
            {
                n = Libc.Write(file, p, content.Length);
            }

            if (n < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
            {
                throw new PosixException(errno, path);
            }

            content = content[(int)Math.Max(n, 0)..];
        }
    }

    /// <summary>False when the new name is taken: then nothing has changed.</summary>
    public static bool TryMove(string directory, string from, string to)
    {
        Span<byte> fromBuffer = stackalloc byte[FileNames.StackLength];
        Span<byte> toBuffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* fromPath = FileNames.ToNative(directory, from, fromBuffer), toPath = FileNames.ToNative(directory, to, toBuffer))
        {
            int errno = Errno.ENOSYS;
            if (!s_noRenameFlags)
            {
                try
                {
                    errno = Libc.RenameNoOverwrite(Libc.AtCurrentDirectory, fromPath, Libc.AtCurrentDirectory, toPath, Libc.RenameNoReplace) == 0
                        ? 0 : Marshal.GetLastPInvokeError();
                }
                catch (EntryPointNotFoundException)
                {
                    s_noRenameFlags = true;
                }
            }

            // Not every file system knows this kind of renaming; a second name refuses a taken one as well.
            if (errno is Errno.ENOSYS or Errno.EINVAL)
            {
                errno = Libc.Link(fromPath, toPath) == 0 ? 0 : Marshal.GetLastPInvokeError();
                if (errno == 0)
                {
                    _ = Libc.Unlink(fromPath);
                }
            }

            return errno switch
            {
                0 => true,
                Errno.EEXIST => false,
                _ => throw new PosixException(errno, FileNames.Join(directory, to)),
            };
        }
    }

    /// <summary>Both names go on with the other's file, in one step. False when one of them has none; null when this file system cannot do it.</summary>
    public static bool? TryExchange(string directory, string one, string other)
    {
        Span<byte> oneBuffer = stackalloc byte[FileNames.StackLength];
        Span<byte> otherBuffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* onePath = FileNames.ToNative(directory, one, oneBuffer), otherPath = FileNames.ToNative(directory, other, otherBuffer))
        {
            try
            {
                if (s_noRenameFlags)
                {
                    return null;
                }

                if (Libc.RenameNoOverwrite(Libc.AtCurrentDirectory, onePath, Libc.AtCurrentDirectory, otherPath, Libc.RenameExchange) == 0)
                {
                    return true;
                }
            }
            catch (EntryPointNotFoundException)
            {
                s_noRenameFlags = true;
                return null;
            }
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Errno.ENOENT => false,
            Errno.ENOSYS or Errno.EINVAL or Errno.EOPNOTSUPP => null,
            var errno => throw new PosixException(errno, FileNames.Join(directory, other)),
        };
    }

    /// <summary>A second name for a file. False when there is no such file; null when this file system knows no second names.</summary>
    public static bool? TryLink(string directory, string name, string second)
    {
        Span<byte> nameBuffer = stackalloc byte[FileNames.StackLength];
        Span<byte> secondBuffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* path = FileNames.ToNative(directory, name, nameBuffer), secondPath = FileNames.ToNative(directory, second, secondBuffer))
        {
            if (Libc.Link(path, secondPath) == 0)
            {
                return true;
            }
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Errno.ENOENT => false,
            Errno.EPERM or Errno.ENOSYS or Errno.EOPNOTSUPP => null,
            var errno => throw new PosixException(errno, FileNames.Join(directory, second)),
        };
    }

    /// <summary>The end of the dot lock protocol and of a file's replacement: the one renaming that overwrites.</summary>
    public static void Replace(string directory, string from, string to)
    {
        Span<byte> fromBuffer = stackalloc byte[FileNames.StackLength];
        Span<byte> toBuffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* fromPath = FileNames.ToNative(directory, from, fromBuffer), toPath = FileNames.ToNative(directory, to, toBuffer))
        {
            Check(Libc.Rename(fromPath, toPath), FileNames.Join(directory, to));
        }
    }

    /// <summary>Removes a file of our own making; that it has gone already is no error.</summary>
    public static void Remove(string directory, string name)
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* path = FileNames.ToNative(directory, name, buffer))
        {
            _ = Libc.Unlink(path);
        }
    }

    /// <summary>Removes a file of the server's; false when there is none.</summary>
    public static bool TryRemove(string directory, string name)
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* path = FileNames.ToNative(directory, name, buffer))
        {
            if (Libc.Unlink(path) == 0)
            {
                return true;
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? false : throw new PosixException(errno, FileNames.Join(directory, name));
    }

    /// <summary>True when the directory was made, false when there was one.</summary>
    public static bool MakeDirectory(string path, FileStatus owner, uint? mode = null)
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* native = FileNames.ToNative(path, "", buffer))
        {
            if (Libc.MakeDirectory(native, 0x1C0) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                return errno == Errno.EEXIST ? false : throw new PosixException(errno, path);
            }
        }

        using var directory = Open(path);
        HandOver(directory, owner, mode ?? (owner.Mode & DirectoryModeBits), path);
        return true;
    }

    public static void Sync(string directory, string name = "")
    {
        using var file = Open(FileNames.Join(directory, name));
        Check(Libc.Sync(file), FileNames.Join(directory, name));
    }

    /// <summary>Everything written so far to the file system that this directory is on.</summary>
    public static void SyncFileSystem(string directory)
    {
        using var file = Open(directory);
        Check(Libc.SyncFileSystem(file), directory);
    }

    private static void HandOver(SafeFileHandle file, FileStatus owner, uint mode, string path)
    {
        // Only root can give a file away; anyone else makes it as himself, and tries for the group, which a shared mailbox relies on.
        if (Libc.EffectiveUser() == 0)
        {
            Check(Libc.ChangeOwner(file, owner.User, owner.Group), path);
        }
        else
        {
            _ = Libc.ChangeOwner(file, uint.MaxValue, owner.Group);
        }

        Check(Libc.ChangeMode(file, mode), path);
    }

    private static SafeFileHandle Open(string path)
    {
        Span<byte> buffer = stackalloc byte[FileNames.StackLength];
        fixed (byte* native = FileNames.ToNative(path, "", buffer))
        {
            int descriptor = Libc.Open(native, Libc.ReadOnly | Libc.CloseOnExec | Libc.NonBlocking, 0);
            Check(descriptor < 0 ? -1 : 0, path);
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    private static void Check(int result, string path)
    {
        if (result != 0)
        {
            throw new PosixException(Marshal.GetLastPInvokeError(), path);
        }
    }
}
