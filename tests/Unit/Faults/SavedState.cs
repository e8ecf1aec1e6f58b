using MailBackup.Model;

namespace MailBackup.Tests.Faults;

/// <summary>What the source had when a scan of it was reported as completed: it must be there for ever, but for what a purge may have taken since.</summary>
/// <param name="Items">See <see cref="LineOf"/>, in no order.</param>
/// <param name="Accounts">Those that the source had. Of a deleted account the items stay as they were.</param>
internal sealed record SavedState(DateTimeOffset At, IReadOnlySet<string> Accounts, List<string> Items)
{
    /// <summary>Account and subject of what was deleted when a purge ran.</summary>
    public HashSet<(string Account, string Subject)> MayMiss { get; } = [];

    /// <summary>Past states were thinned: what is listed must be right, and need not be all.</summary>
    public bool Thinned { get; set; }

    public static string LineOf(string account, string subject, string folder, MessageFlags flags, Digest digest) => $"{account}\t{subject}\t{folder}\t{flags}\t{digest}";

    /// <summary>What of it is missing without reason, and what is there though it was not then.</summary>
    public (List<string> Missing, List<string> Extra) Compare(List<string> listed)
    {
        var left = listed.Where(l => Accounts.Contains(l.Split('\t')[0])).GroupBy(l => l).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (string item in Items)
        {
            if (left.TryGetValue(item, out int n) && n > 0)
            {
                left[item] = n - 1;
            }
            else if (!Thinned && !MayMiss.Contains((item.Split('\t')[0], item.Split('\t')[1])))
            {
                missing.Add(item);
            }
        }

        return (missing, [.. left.Where(l => l.Value > 0).Select(l => l.Key)]);
    }
}
