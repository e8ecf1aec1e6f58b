using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>restore-backup</c>: another server's backup path or an export onto this server.</summary>
internal static class RestoreBackupCommand
{
    private static readonly (string Text, RestoreParts Part)[] Parts =
    [
        ("alias", RestoreParts.Alias),
        ("distribution-list", RestoreParts.DistributionList),
        ("cos", RestoreParts.Cos),
        ("account-provisioning", RestoreParts.AccountProvisioning),
        ("domain-provisioning", RestoreParts.DomainProvisioning),
        ("data-source", RestoreParts.DataSource),
    ];

    public static readonly CommandSpec Spec = new(
        "restore-backup",
        "Restore another server's backup path, or an export, onto this server. What is there already is left alone; run again to continue.",
        Build,
        """
        mailbackup restore-backup --path /mnt/old/backup
        mailbackup restore-backup --path /mnt/old/backup --account alice@example.org --at 2026-03-01
        mailbackup restore-backup --path /mnt/usb/export --domain example.org --skip alias distribution-list
        mailbackup restore-backup --path /mnt/old/backup --account-file accounts.txt --throttle-limit 8
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var path = new Option<string>("--path", "-p")
        {
            Description = "Backup path of another server, or an export. It is only read.",
            HelpName = "FOLDER",
            Required = true,
        };
        var accounts = Several("--account", "Only this account (address); may be repeated.", "ADDRESS");
        var file = new Option<string>("--account-file") { Description = "A file of accounts to restore, one a line.", HelpName = "FILE" };
        var domains = Several("--domain", "Only accounts of this domain; may be repeated.", "DOMAIN");
        var deleted = new Option<bool>("--include-deleted") { Description = "Deleted items and accounts too." };
        var system = new Option<bool>("--include-system-account") { Description = "Accounts too that a server keeps for itself." };
        var skip = Several("--skip", "What to leave out: " + string.Join(", ", Parts.Select(p => p.Text)) + "; may be repeated.", "PART");
        var only = new Option<bool>("--provisioning-only") { Description = "Domains, classes of service, lists and accounts, and no items." };
        var limit = new Option<string>("--throttle-limit") { Description = "Accounts at once.", HelpName = "NUMBER" };
        var size = new Option<string>("--max-item-size") { Description = "Leave out items of more bytes.", HelpName = "BYTES" };
        var at = new Option<string>("--at") { Description = CommonText.At + " Default: the latest state.", HelpName = "DATE" };
        foreach (var option in (Option[])[path, accounts, file, domains, deleted, system, skip, only, limit, size, at])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var request = new ExternalRestoreRequest
            {
                Path = Path.GetFullPath(arguments.GetValue(path)!),
                Accounts = [.. arguments.GetValue(accounts) ?? [], .. AccountFile.Read(arguments.GetValue(file))],
                Domains = arguments.GetValue(domains) ?? [],
                IncludeDeleted = arguments.GetValue(deleted),
                IncludeSystemAccounts = arguments.GetValue(system),
                Skip = (arguments.GetValue(skip) ?? []).Aggregate(RestoreParts.None, (parts, text) => parts | Part(text)),
                ProvisioningOnly = arguments.GetValue(only),
                ThrottleLimit = Numbers.Parse(arguments.GetValue(limit), "--throttle-limit"),
                MaxItemSize = Numbers.ParseLong(arguments.GetValue(size), "--max-item-size"),
                At = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock),
            };
            using var node = session.OpenNode(arguments);
            return new OperationRunner(session, node).Run(request);
        });
    }

    private static Option<string[]> Several(string name, string description, string help) => new(name)
    {
        Arity = ArgumentArity.OneOrMore,
        Description = description,
        HelpName = help,
        AllowMultipleArgumentsPerToken = true,
    };

    private static RestoreParts Part(string text)
    {
        foreach (var (name, part) in Parts)
        {
            if (string.Equals(name.Replace("-", "", StringComparison.Ordinal), text.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            {
                return part;
            }
        }

        throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"'{text}' cannot be left out.", $"Give one of {string.Join(", ", Parts.Select(p => p.Text))}.", text);
    }
}
