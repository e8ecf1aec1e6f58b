namespace MailBackup.Model;

/// <summary>
/// The system flags of a message (RFC 9051 §2.3.2) and <c>$Forwarded</c>, which Maildir has as a flag of its own.
/// </summary>
[Flags]
public enum MessageFlags
{
    None = 0,
    Draft = 1,
    Flagged = 2,
    Forwarded = 4,
    Answered = 8,
    Seen = 16,
    Deleted = 32,
}
