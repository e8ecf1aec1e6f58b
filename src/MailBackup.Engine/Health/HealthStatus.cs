namespace MailBackup.Health;

/// <summary>How well the backup is; the worst of its checks decides.</summary>
public enum HealthStatus
{
    Ok,
    Warning,
    Critical,
}
