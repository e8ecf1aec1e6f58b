namespace MailBackup.Services;

/// <summary>How grave a message of the service is; the values are those of syslog (RFC 5424, 6.2.1).</summary>
public enum ServiceLogLevel
{
    Critical = 2,
    Error = 3,
    Warning = 4,
    Information = 6,
}
