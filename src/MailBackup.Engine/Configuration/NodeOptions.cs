namespace MailBackup.Configuration;

/// <summary>What a process brings along when it opens a node.</summary>
public sealed record NodeOptions
{
    /// <summary>
    /// Folder of the node's own files (server id). Default: <c>MAILBACKUP_HOME</c>, else <c>/var/lib/mailbackup</c> for root, else
    /// <c>$XDG_STATE_HOME/mailbackup</c> (<c>~/.local/state/mailbackup</c>).
    /// </summary>
    public string? Home { get; init; }
}
