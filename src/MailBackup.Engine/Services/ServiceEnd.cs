namespace MailBackup.Services;

/// <summary>Why the service ended.</summary>
public enum ServiceEnd
{
    Stopped,

    /// <summary>It was asked to begin anew; whoever watches over it starts it again.</summary>
    Restart,

    /// <summary>Its backup path has gone.</summary>
    Lost,
}
