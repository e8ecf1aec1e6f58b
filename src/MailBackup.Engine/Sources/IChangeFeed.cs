namespace MailBackup.Sources;

/// <summary>
/// Follows what changes on a server while it changes, for whoever keeps a backup up to the second: inotify on a Maildir tree, NOTIFY or IDLE of an
/// IMAP server. It says where something changed and leaves it to a scan to see what.
/// </summary>
public interface IChangeFeed : IAsyncDisposable
{
    /// <summary>Directories, connections: whatever it follows changes by.</summary>
    int Watches { get; }

    /// <summary>
    /// Follows until it is cancelled. Everything that happens after <see cref="IChangeSink.Following"/> was called is told, or told to be lost.
    /// Errors: <c>RealtimeUnavailable</c>, <c>SourceNotFound</c>, <c>SourceUnreadable</c>.
    /// </summary>
    Task RunAsync(IChangeSink sink, CancellationToken token);
}
