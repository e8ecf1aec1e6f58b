namespace MailBackup.Sources.Imap.Watching;

/// <summary>How a server tells what changes; found out on the first connections, and only ever for the worse.</summary>
internal enum WatchMode
{
    /// <summary>All folders of an account on one connection (RFC 5465).</summary>
    Notify,

    /// <summary>One folder a connection (RFC 2177).</summary>
    Idle,

    /// <summary>Not at all.</summary>
    Rounds,
}
