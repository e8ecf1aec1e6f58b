namespace MailBackup.Tests.Support;

/// <summary>A clock that is some days ahead.</summary>
internal sealed class LaterClock(double days) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddDays(days);
}
