namespace MailBackup.Services;

/// <summary>Whether the resident service of a backup path runs.</summary>
public enum ServiceState
{
    Stopped,
    Starting,
    Running,

    /// <summary>It was asked to stop and brings its running operation to an end.</summary>
    Stopping,

    /// <summary>Its process lives but has not given a sign of life for half a minute.</summary>
    NotResponding,
}
