using System.Runtime.InteropServices;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public const short Readable = 1;

    public int Descriptor;
    public short Events;
    public short Happened;
}
