namespace MailBackup.Tests.Servers;

/// <summary>A test against a real Dovecot. Skipped, and said so, where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DovecotFactAttribute : FactAttribute
{
    /// <param name="lmtp">Its local delivery, too.</param>
    public DovecotFactAttribute(bool lmtp = false)
    {
        Lmtp = lmtp;
        if (DovecotServer.Program is null)
        {
            Skip = "Needs Dovecot: apt-get install dovecot-imapd.";
        }
        else if (lmtp && !DovecotServer.HasLmtp)
        {
            Skip = "Needs Dovecot's local delivery: apt-get install dovecot-lmtpd.";
        }
    }

    public bool Lmtp { get; }
}
