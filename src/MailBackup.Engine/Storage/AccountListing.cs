using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Accounts, domains, COS and lists as they were at a moment, from their journals.</summary>
internal static class AccountListing
{
    public static IReadOnlyList<Account> List(BackupLayout layout, DateTimeOffset? at)
    {
        var accounts = new List<Account>();
        foreach (var id in layout.ListAccounts())
        {
            if (History(layout, id).LastOrDefault(a => at is null || a.Start <= at) is { } account)
            {
                accounts.Add(account);
            }
        }

        accounts.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return accounts;
    }

    public static IReadOnlyList<ProvisioningEntry> Entries(BackupLayout layout, ProvisioningKind kind, DateTimeOffset? at)
    {
        var last = new SortedDictionary<string, ProvisioningTransaction>(StringComparer.OrdinalIgnoreCase);
        foreach (var transaction in ProvisioningHistory.Read(layout.ProvisioningJournal(kind)).Where(t => at is null || t.Start <= at))
        {
            last[transaction.Name] = transaction;
        }

        return [.. last.Values.Where(t => !t.Deleted).Select(t => new ProvisioningEntry(kind, t.DirectoryId, t.Name, t.Attributes))];
    }

    /// <summary>Every state of an account itself, oldest first.</summary>
    public static List<Account> History(BackupLayout layout, Guid id)
    {
        var states = new List<Account>();
        foreach (var transaction in ProvisioningHistory.Read(layout.AccountInfo(id)))
        {
            states.Add(new Account
            {
                Id = id,
                Name = transaction.Name,
                Deleted = transaction.Deleted,
                Created = states.Count > 0 ? states[0].Created : transaction.Start,
                Start = transaction.Start,
                Attributes = transaction.Deleted && states.Count > 0 ? states[^1].Attributes : transaction.Attributes,
            });
        }

        return states;
    }
}
