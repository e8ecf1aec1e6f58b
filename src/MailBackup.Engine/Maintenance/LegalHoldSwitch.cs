using MailBackup.Storage;

namespace MailBackup.Maintenance;

/// <summary>Places and lifts legal holds of accounts as administrators name them.</summary>
internal static class LegalHoldSwitch
{
    /// <param name="accounts">Addresses or account ids; null for all.</param>
    /// <returns>The accounts that were not so already, by address.</returns>
    public static IReadOnlyList<string> Set(BackupLayout layout, IReadOnlyList<string>? accounts, bool held, string reason)
    {
        reason = reason.Trim();
        if (reason.Length > LegalHoldJournal.MaxReasonLength)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                FormattableString.Invariant($"The reason has {reason.Length:N0} characters; {LegalHoldJournal.MaxReasonLength:N0} are enough."),
                "Name the file or the case where the rest can be read.");
        }

        using var journal = LegalHoldJournal.Open(layout);
        var registry = AccountRegistry.Load(layout);
        var chosen = accounts?.Select(a => Find(registry, journal.Holds, a)).Distinct().ToList()
            ?? (held ? [.. registry.Stats.Select(s => (s.Key, s.Value.Name))] : [.. journal.Holds.All.Select(h => (h.AccountId, h.Account)).Distinct()]);
        var changed = chosen.Where(a => held ? journal.Place(a.Id, a.Name, reason, automatic: false) : journal.Lift(a.Id, a.Name, reason))
            .Select(a => a.Name).ToList();
        journal.Commit();
        return changed;
    }

    /// <summary>The account of that id; else the living one of that address, else one deleted last, else one that only a hold still names.</summary>
    private static (Guid Id, string Name) Find(AccountRegistry registry, LegalHolds holds, string account)
    {
        var id = Guid.TryParse(account, out var given) ? given : registry.Find(account);
        if (id is { } found && registry.Stats.TryGetValue(found, out var stat))
        {
            return (found, stat.Name);
        }

        return holds.All.FirstOrDefault(h => h.AccountId == id || h.Account.Equals(account, StringComparison.OrdinalIgnoreCase)) is { } hold
            ? (hold.AccountId, hold.Account)
            : throw new MailBackupException(
                ErrorIds.AccountNotFound, $"The backup has no account {account}.", "See 'mailbackup accounts' for the names that are known.", account);
    }
}
