using System.Runtime.InteropServices;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary>A system call failed. Stays inside the Maildir source, which turns it into the error that fits what it was doing.</summary>
internal sealed class PosixException(int errno, string path)
    : IOException($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    public int Errno { get; } = errno;

    public string Path { get; } = path;

    /// <summary>The system's words: <c>Permission denied</c>.</summary>
    public string Reason { get; } = Marshal.GetPInvokeErrorMessage(errno);
}
