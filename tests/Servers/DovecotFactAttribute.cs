namespace MailBackup.Tests.Servers;

/// <summary>A test against a real Dovecot. Skipped, and said so, where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DovecotFactAttribute : FactAttribute
{
    public DovecotFactAttribute()
    {
        if (DovecotServer.Program is null)
        {
            Skip = "Needs Dovecot: apt-get install dovecot-imapd.";
        }
    }
}
