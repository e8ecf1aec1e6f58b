namespace MailBackup.Sources.Imap.Watching;

/// <summary>
/// Who gets the connections when there are fewer than accounts: those where something happened last. Whoever has one keeps it for a while, so that two accounts do
/// not take it from each other with every mail.
/// </summary>
internal static class WatchPlan
{
    /// <param name="Changed">When something was seen to happen last; null never. Any clock, in the unit of <c>hold</c>.</param>
    /// <param name="HeldSince">Since when it has a connection; null while it has none.</param>
    internal readonly record struct Candidate(string Name, long? Changed, long? HeldSince);

    /// <summary>Which accounts are to be followed at once; as many as there is room for.</summary>
    /// <param name="hold">How much later something must have happened elsewhere.</param>
    public static HashSet<string> Choose(IReadOnlyCollection<Candidate> accounts, int capacity, long hold)
    {
        var chosen = accounts.Count <= capacity
            ? accounts
            : accounts.OrderByDescending(a => Rank(a, hold)).ThenBy(a => a.HeldSince is null).ThenBy(a => a.Name, StringComparer.Ordinal).Take(Math.Max(0, capacity));
        return chosen.Select(a => a.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static long Rank(Candidate account, long hold) => account.HeldSince is { } since
        ? Math.Max(since, account.Changed ?? since) + hold
        : account.Changed ?? long.MinValue;
}
