namespace MailBackup.Model;

/// <summary>Accounts that a server keeps for itself: spam training, quarantine, address list synchronisation, resources of the system.</summary>
public static class SystemAccounts
{
    private static readonly string[] Prefixes = ["spam.", "ham.", "virus-quarantine.", "galsync"];

    private static readonly string[] Names = ["admin", "zimbra", "zextras"];

    public static bool IsSystem(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        string user = account.Name[..Math.Max(0, account.Name.LastIndexOf('@'))];
        return IsTrue(account, "zimbraIsSystemAccount") || IsTrue(account, "zimbraIsSystemResource")
            || Prefixes.Any(p => user.StartsWith(p, StringComparison.OrdinalIgnoreCase))
            || Names.Contains(user, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsTrue(Account account, string attribute) =>
        string.Equals(account.Attributes.First(attribute), "TRUE", StringComparison.OrdinalIgnoreCase);
}
