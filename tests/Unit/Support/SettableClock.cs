namespace MailBackup.Tests.Support;

/// <summary>Says what it is told. Waiting by it ends when it is moved past the moment.</summary>
internal sealed class SettableClock(DateTimeOffset now, TimeZoneInfo zone) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override TimeZoneInfo LocalTimeZone => zone;

    public override DateTimeOffset GetUtcNow() => Now;
}
