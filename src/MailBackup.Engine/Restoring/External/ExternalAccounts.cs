using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>Chooses the accounts of another backup that a restore is about.</summary>
internal static class ExternalAccounts
{
    /// <summary>By name, each name once. Throws <c>AccountNotFound</c>, <c>DomainNotFound</c>.</summary>
    public static List<Account> Choose(BackupLayout source, ExternalRestoreRequest request, IOperationSink sink)
    {
        var all = AccountListing.List(source, request.At);
        foreach (string name in request.Accounts.Where(n => !all.Any(a => Same(a.Name, n))))
        {
            string when = request.At is { } at ? $" on {at.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : "";
            throw new MailBackupException(
                ErrorIds.AccountNotFound, $"{source.Root} has no account {name}{when}.",
                $"See 'mailbackup accounts --backup-path {source.Root}' for the names that are known.", name);
        }

        var domains = AccountListing.Entries(source, ProvisioningKind.Domain, request.At);
        foreach (string name in request.Domains.Where(n => !all.Any(a => Same(a.Domain, n)) && !domains.Any(d => Same(d.Name, n))))
        {
            throw new MailBackupException(
                ErrorIds.DomainNotFound, $"{source.Root} has no domain {name}.",
                $"See 'mailbackup accounts --backup-path {source.Root}' for the domains that are known.", name);
        }

        var wanted = all.Where(a => (request.Accounts.Count == 0 || request.Accounts.Contains(a.Name, StringComparer.OrdinalIgnoreCase))
            && (request.Domains.Count == 0 || request.Domains.Contains(a.Domain, StringComparer.OrdinalIgnoreCase))).ToList();
        bool System(Account a) => !request.IncludeSystemAccounts && request.Accounts.Count == 0 && SystemAccounts.IsSystem(a);
        Tell(sink, "left out as accounts of the system (--include-system-account restores them)", wanted.Where(System));
        wanted.RemoveAll(System);
        if (!request.IncludeDeleted)
        {
            Tell(sink, "left out because they are deleted (--include-deleted restores them)", wanted.Where(a => a.Deleted));
            wanted.RemoveAll(a => a.Deleted);
        }

        // A name that was given again belongs to who has it now, else to who had it last.
        var byName = wanted.GroupBy(a => a.Name, StringComparer.OrdinalIgnoreCase)
            .Select(g => g.OrderBy(a => a.Deleted).ThenByDescending(a => a.Start).ToList()).ToList();
        Tell(sink, "left out because a later account has the name", byName.SelectMany(g => g.Skip(1)));
        return [.. byName.Select(g => g[0]).OrderBy(a => a.Name, StringComparer.Ordinal)];
    }

    private static void Tell(IOperationSink sink, string what, IEnumerable<Account> accounts)
    {
        var names = accounts.Select(a => a.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (names.Count > 0)
        {
            string list = string.Join(", ", names.Take(20)) + (names.Count > 20 ? $" and {names.Count - 20} more" : "");
            sink.Warning($"{names.Count} accounts were {what}: {list}.");
        }
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
