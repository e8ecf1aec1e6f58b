namespace MailBackup.Scheduling;

/// <summary>What the service runs by itself.</summary>
public enum ScheduledOperation
{
    SmartScan,
    Purge,
    CoherencyCheck,
}
