using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets.Output;

/// <summary>The backup path of the session.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Origin">Who says so.</param>
/// <param name="Initialized">True when it is a backup path by now.</param>
public sealed record BackupPathInfo(string Path, BackupPathOrigin Origin, bool Initialized)
{
    /// <summary>So that it can be piped to any other cmdlet.</summary>
    public string BackupPath => Path;
}
