namespace MailBackup.Configuration;

/// <summary>How much a notification matters. What is configured is the least of which administrators hear.</summary>
public enum NotificationLevel
{
    /// <summary>An operation ended well; scans succeed again.</summary>
    Information,

    /// <summary>A restore begins or ends (it changes mailboxes), an operation could not do everything, or was stopped.</summary>
    Warning,

    /// <summary>An operation failed.</summary>
    Error,

    /// <summary>The backup itself is in danger: no scan for too long, damage found, an account that lost most of what it had.</summary>
    Critical,
}
