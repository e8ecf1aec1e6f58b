namespace MailBackup.Cmdlets.Running;

/// <summary>Who says which backup path a session works on.</summary>
public enum BackupPathOrigin
{
    /// <summary>Set-BackupPath, in this session.</summary>
    Session,

    /// <summary>The environment variable MAILBACKUP_PATH.</summary>
    Environment,
}
