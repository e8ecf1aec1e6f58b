namespace MailBackup.Sources.Maildir.Posix;

/// <summary>The bits of inotify(7) that are used.</summary>
[Flags]
internal enum InotifyMask : uint
{
    None = 0,
    CloseWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,
    DeleteSelf = 0x400,
    MoveSelf = 0x800,
    Unmount = 0x2000,
    QueueOverflow = 0x4000,
    Ignored = 0x8000,
    OnlyDirectory = 0x1000000,
    DontFollow = 0x2000000,
    Add = 0x20000000,
    Directory = 0x40000000,
}
