using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>How long to wait before the next attempt: longer each time, and never all at once.</summary>
internal static class WatchPause
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>A server that is away comes back; a login that is refused is rarely allowed soon.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2), LongestRefused = TimeSpan.FromMinutes(15);

    /// <param name="failures">In a row, from 1.</param>
    public static TimeSpan After(int failures, bool refused = false)
    {
        var grown = First * Math.Pow(2, Math.Min(failures - 1, 20) + (refused ? 3 : 0));
        var longest = refused ? LongestRefused : Longest;
        return (grown < longest ? grown : longest) * (0.5 + Random.Shared.NextDouble());
    }

    /// <summary>True for what is refused to this account or to everybody, not only now.</summary>
    public static bool IsRefusal(Exception e) => e is ImapRefusedException || (e is ImapCommandException c && !Backoff.IsTransient(c));
}
