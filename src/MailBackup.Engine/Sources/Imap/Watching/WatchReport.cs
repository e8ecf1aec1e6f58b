namespace MailBackup.Sources.Imap.Watching;

/// <summary>Which account is protected in which way, at one moment.</summary>
internal sealed record WatchReport
{
    /// <summary>Neither followed nor looked at, because they cannot be reached.</summary>
    public required IReadOnlyList<string> Unwatched { get; init; }

    /// <summary>Looked at from time to time, wholly or but for the folders that IDLE tells of.</summary>
    public required IReadOnlyList<string> Rounds { get; init; }

    /// <summary>How long a change may wait there until it is seen: as set, or as long as it really takes.</summary>
    public required TimeSpan Interval { get; init; }

    public required string Trouble { get; init; }

    /// <summary>One sentence for the administrator; null when every account is followed at once.</summary>
    public string? Protection { get; init; }

    public bool SameUnwatched(WatchReport other) => Trouble == other.Trouble && Unwatched.SequenceEqual(other.Unwatched);

    public bool SameRounds(WatchReport other) => Protection == other.Protection && Rounds.SequenceEqual(other.Rounds);

    public static WatchReport Of(IReadOnlyCollection<WatchedAccount> accounts, WatchServer server, long now)
    {
        var settings = server.Settings;
        bool partly = server.Mode == WatchMode.Idle;
        var troubled = accounts.Where(a => !a.Live && a.Trouble is not null).OrderBy(a => a.Name, StringComparer.Ordinal).ToList();
        var rounds = accounts.Where(a => a.Trouble is null && (!a.Live || partly || a.Partly)).ToList();
        int live = accounts.Count(a => a.Live);
        var slow = rounds.Where(a => !a.Live).Select(a => TimeSpan.FromMilliseconds(now - a.Looked)).DefaultIfEmpty().Max();

        // Up to the next minute, so that it is not another one with every look.
        var interval = live == accounts.Count ? server.LookEvery : slow > settings.WatchInterval * 1.5 ? TimeSpan.FromMinutes(Math.Ceiling(slow.TotalMinutes)) : settings.WatchInterval;
        return new WatchReport
        {
            Unwatched = troubled.ConvertAll(a => a.Name),
            Trouble = troubled.Count == 0 ? "" : FormattableString.Invariant(
                $"{troubled.Count:N0} accounts cannot be followed now, {troubled[0].Name} because {troubled[0].Trouble}. They are tried again, and looked through when they are back."),
            Rounds = [.. rounds.Select(a => a.Name).Order(StringComparer.Ordinal)],
            Interval = interval,
            Protection = rounds.Count == 0 ? null : Say(live, accounts.Count(a => a.Live && a.Partly), rounds.Count, interval, server),
        };
    }

    /// <param name="partly">Of those that are followed, the ones that the server refuses NOTIFY.</param>
    private static string Say(int live, int partly, int rounds, TimeSpan interval, WatchServer server)
    {
        FormattableString text = server.Mode switch
        {
            WatchMode.Rounds => $"The server tells of no changes (neither NOTIFY nor IDLE): {rounds:N0} accounts are looked at every {interval.TotalSeconds:N0} s.",
            WatchMode.Idle => $"The server has IDLE, not NOTIFY: {string.Join(", ", server.Settings.WatchFolders)} of {live:N0} accounts followed at once, everything else of {rounds:N0} accounts looked at every {interval.TotalSeconds:N0} s.",
            _ when partly > 0 => $"{live - partly:N0} accounts are followed at once; of {partly:N0}, to which the server refuses NOTIFY, only one folder is; {rounds:N0} are looked at every {interval.TotalSeconds:N0} s.",
            _ => $"{live:N0} accounts are followed at once; {rounds:N0} are looked at every {interval.TotalSeconds:N0} s, because {server.Settings.WatchConnections:N0} connections are allowed (-WatchConnections).",
        };
        return FormattableString.Invariant(text);
    }
}
