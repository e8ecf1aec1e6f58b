namespace MailBackup.Storage;

/// <summary>The state of a file as the file system tells it; see <see cref="FileIdentity.Stamp"/>.</summary>
/// <param name="Changed">UTC ticks.</param>
internal readonly record struct FileStamp(long Inode, long Size, long Changed);
