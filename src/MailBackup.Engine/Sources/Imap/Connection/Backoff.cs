using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>How long to wait before something is tried again: twice as long each time, up to a limit, with jitter, so that many do not come back at once.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    /// <summary>
    /// True for a refusal that another time may not meet (RFC 5530; <c>THROTTLED</c> and <c>OVERQUOTA</c> on reading are what large providers say): too many
    /// connections, a mailbox in use, a back end that is away.
    /// </summary>
    public static bool IsTransient(ImapCommandException e) =>
        e.Is("UNAVAILABLE") || e.Is("INUSE") || e.Is("LIMIT") || e.Is("SERVERBUG") || e.Is("THROTTLED") || e.Is("OVERQUOTA");

    /// <param name="attempt">From 1.</param>
    public static TimeSpan Pause(TimeSpan first, int attempt)
    {
        double grown = Math.Min(first.TotalMilliseconds * Math.Pow(2, attempt - 1), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(grown * (0.5 + Random.Shared.NextDouble()));
    }
}
