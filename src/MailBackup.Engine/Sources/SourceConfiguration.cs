namespace MailBackup.Sources;

/// <summary>Which server is backed up; kept in <c>config.json</c> of the backup path. Holds no secret.</summary>
public sealed record SourceConfiguration
{
    /// <summary>Root of the Maildir tree, absolute.</summary>
    public string? Maildir { get; init; }

    /// <summary>
    /// Where mailboxes lie under the root when it is neither <c>{domain}/{user}/Maildir</c> nor <c>{domain}/{user}</c>, for example
    /// <c>{user}/mail</c> or <c>vhosts/{domain}/{user}</c>. Without <c>{domain}</c>, <see cref="DefaultDomain"/> is needed.
    /// </summary>
    public string? Pattern { get; init; }

    public string? DefaultDomain { get; init; }

    /// <summary>LDIF file with accounts, lists, domains and COS, absolute.</summary>
    public string? Ldif { get; init; }

    /// <summary>
    /// An IMAP server instead of a Maildir tree: <c>imaps://mail.example.com</c> (TLS from the first byte), <c>imap://mail.example.com</c> (STARTTLS), with
    /// a port where it is another than 993 or 143.
    /// </summary>
    public string? Imap { get; init; }

    /// <summary>Who logs in and acts for every account.</summary>
    public string? ImapUser { get; init; }

    /// <summary>A file whose first line is the password, readable by its owner alone. Null takes <c>MAILBACKUP_IMAP_PASSWORD</c>.</summary>
    public string? ImapPasswordFile { get; init; }

    /// <summary>
    /// Which accounts: addresses and wildcards (<c>*@example.com</c>) with commas between them, or <c>@</c> and a file with one a line. Wildcards choose
    /// from the directory. Null: all that the directory has.
    /// </summary>
    public string? ImapAccounts { get; init; }

    /// <summary>
    /// What an account is called at the login, <c>{account}</c> (the default), <c>{user}</c>; with <c>{admin}</c> in it (<c>{account}*{admin}</c>) it is
    /// the login itself, else the administrator logs in under his own name and acts for it.
    /// </summary>
    public string? ImapLogin { get; init; }

    /// <summary><c>plain</c> (the default), <c>login</c>, <c>xoauth2</c>, <c>oauthbearer</c>.</summary>
    public string? ImapAuthentication { get; init; }

    /// <summary><c>required</c> (the default) or <c>none</c>.</summary>
    public string? ImapTls { get; init; }

    /// <summary>A file with authorities in PEM that the server's certificate is checked against instead of the system's.</summary>
    public string? ImapCaFile { get; init; }

    /// <summary>SHA-256 fingerprint of the server's certificate; then no authority is asked.</summary>
    public string? ImapFingerprint { get; init; }

    /// <summary>Connections to the server at one time, 2 to 64; null is 8.</summary>
    public int? ImapMaxConnections { get; init; }

    /// <summary>Connections that realtime may have open at one time, 1 to 10,000; null is 100. Accounts beyond them are looked at in rounds.</summary>
    public int? ImapWatchConnections { get; init; }

    /// <summary>
    /// Folders that realtime follows at once on a server that has IDLE and not NOTIFY, with commas between them; null is <c>INBOX</c>. Each takes a connection an
    /// account.
    /// </summary>
    public string? ImapWatchFolders { get; init; }

    /// <summary>Every how many seconds realtime looks at what the server does not tell by itself, 5 to 86,400; null is 300.</summary>
    public int? ImapWatchInterval { get; init; }

    /// <summary>Compress what is sent where the server can (RFC 4978): for a slow line.</summary>
    public bool ImapCompress { get; init; }
}
