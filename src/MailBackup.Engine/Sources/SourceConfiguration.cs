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
}
