namespace MailBackup.Sources.Imap;

/// <summary>How a connection is encrypted.</summary>
internal enum ImapTls
{
    /// <summary>From the first byte (<c>imaps://</c>, RFC 8314).</summary>
    Implicit,

    /// <summary>By <c>STARTTLS</c>; a server that does not offer it is refused (<c>imap://</c>).</summary>
    StartTls,

    /// <summary>Not at all: only where an administrator says so.</summary>
    None,
}
