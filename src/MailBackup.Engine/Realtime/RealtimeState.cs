namespace MailBackup.Realtime;

/// <summary>Where the realtime scanner stands.</summary>
public enum RealtimeState
{
    Stopped,

    /// <summary>It finds its way around the server; changes are not followed yet.</summary>
    Starting,

    Running,

    /// <summary>It follows changes, but an operation that does not share it has the backup path; they are saved when that has ended.</summary>
    Waiting,

    /// <summary>It met an error and tries again after a while.</summary>
    Failed,
}
