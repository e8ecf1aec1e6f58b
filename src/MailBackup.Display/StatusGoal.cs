namespace MailBackup.Display;

/// <summary>What a live status may be watched for.</summary>
public enum StatusGoal
{
    /// <summary>Nothing is queued, nothing runs, and no change waits to be saved.</summary>
    Idle,

    /// <summary>The resident service is up.</summary>
    ServiceRunning,

    /// <summary>Every check of the health is well.</summary>
    Healthy,
}
