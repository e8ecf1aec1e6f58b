namespace MailBackup.Services;

/// <summary>Why the service has ended.</summary>
public enum ServiceEnd
{
    Stopped,

    /// <summary>It was asked to begin anew.</summary>
    Restart,

    /// <summary>Its backup path has gone.</summary>
    Lost,
}
