namespace MailBackup.Tests.Support;

/// <summary>A test of minutes, run only when asked for: <c>MAILBACKUP_LONG_TESTS=1</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("MAILBACKUP_LONG_TESTS") is not { Length: > 0 })
        {
            Skip = "Takes minutes: set MAILBACKUP_LONG_TESTS=1.";
        }
    }
}
