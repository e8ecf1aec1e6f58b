namespace MailBackup.Health;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">Stays the same from version to version: <c>SmartScan</c>, <c>FreeSpace</c>.</param>
/// <param name="Message">One sentence; of what is not well, with what to do.</param>
public sealed record HealthCheck(string Name, HealthStatus Status, string Message);
