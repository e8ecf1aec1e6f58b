namespace MailBackup.Model;

/// <summary>
/// What to call accounts by, so that each is told from every other: an address may have been given to one person after another, and the backup keeps them both.
/// </summary>
public static class AccountNames
{
    /// <summary>The address where it means this account (the living one, else the one deleted last), else the account's id.</summary>
    /// <param name="accounts">All accounts of a backup path.</param>
    public static Dictionary<Guid, string> Of(IEnumerable<Account> accounts)
    {
        var names = new Dictionary<Guid, string>();
        foreach (var namesakes in accounts.GroupBy(a => a.Name, StringComparer.OrdinalIgnoreCase))
        {
            var meant = namesakes.FirstOrDefault(a => !a.Deleted) ?? namesakes.MaxBy(a => a.Start)!;
            foreach (var account in namesakes)
            {
                names[account.Id] = account == meant ? account.Name : account.Id.ToString("D");
            }
        }

        return names;
    }
}
