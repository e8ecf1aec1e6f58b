using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Sources;

namespace MailBackup.Cli.Commands;

/// <summary><c>scan</c>: a SmartScan of the server, or an account scan when accounts are named.</summary>
internal static class ScanCommand
{
    public static readonly CommandSpec Spec = new(
        "scan",
        "Save what has changed on the server since the last scan. The first scan of a path makes it a backup path.",
        Build,
        """
        mailbackup scan --backup-path /srv/backup --maildir /var/vmail     # first scan; the source is remembered
        mailbackup scan --backup-path /srv/backup                          # every further one
        mailbackup scan --backup-path /srv/backup --imap imaps://mail.example.org --imap-user backup --imap-password-file /etc/mailbackup/imap --imap-accounts @/etc/mailbackup/accounts
        mailbackup scan --account alice@example.org --account bob@example.org
        mailbackup scan --deep                                             # compare everything, store damaged content again
        mailbackup scan --json | jq .added
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var source = new SourceOptions(command);
        var accounts = new Option<string[]>("--account", "-a")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Scan only this account (address); may be repeated.",
            HelpName = "ADDRESS",
        };
        var deep = new Option<bool>("--deep") { Description = "Compare everything, and store missing or damaged content again." };
        var threshold = new Option<string>("--read-error-threshold")
        {
            Description = "Give up after this many read errors; 0 never gives up. Default: as configured.",
            HelpName = "NUMBER",
        };
        var allowEmpty = new Option<bool>("--allow-empty")
        {
            Description = "Accept that an account or the whole tree is empty although the backup has items of it: they are then deleted items.",
        };
        command.Options.Add(accounts);
        command.Options.Add(deep);
        command.Options.Add(threshold);
        command.Options.Add(allowEmpty);
        command.SetAction(arguments =>
        {
            var request = new ScanRequest
            {
                Accounts = arguments.GetValue(accounts) ?? [],
                Deep = arguments.GetValue(deep),
                ReadErrorThreshold = Numbers.Parse(arguments.GetValue(threshold), "--read-error-threshold"),
                AllowEmpty = arguments.GetValue(allowEmpty),
            };
            using var node = OpenOrInitialize(arguments, session, source);
            return new OperationRunner(session, node).Run(request);
        });
    }

    private static BackupNode OpenOrInitialize(ParseResult arguments, Session session, SourceOptions source)
    {
        string path = session.ReadBackupPath(arguments);
        if (!source.AnyGiven(arguments))
        {
            return BackupNode.Open(path, session.NodeOptions);
        }

        if (!BackupNode.IsInitialized(path))
        {
            var configuration = new NodeConfiguration { Source = source.Over(new SourceConfiguration(), arguments) };
            var created = BackupNode.Initialize(path, configuration, session.NodeOptions);
            session.Say($"{created.Path} is now a backup path; its source is remembered.");
            return created;
        }

        var node = BackupNode.Open(path, session.NodeOptions);
        try
        {
            Remember(node, session, s => source.Over(s, arguments));
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    private static void Remember(BackupNode node, Session session, Func<SourceConfiguration, SourceConfiguration> over)
    {
        var before = node.Configuration.Source;
        if (over(before) == before)
        {
            return;
        }

        var given = node.UpdateConfiguration(c => c with { Source = over(c.Source) }).Source;
        foreach (var (name, old, now) in new[]
        {
            ("Maildir tree", before.Maildir, given.Maildir),
            ("LDIF file", before.Ldif, given.Ldif),
            ("pattern", before.Pattern, given.Pattern),
            ("default domain", before.DefaultDomain, given.DefaultDomain),
            ("IMAP server", before.Imap, given.Imap),
            ("IMAP user", before.ImapUser, given.ImapUser),
            ("list of IMAP accounts", before.ImapAccounts, given.ImapAccounts),
        })
        {
            if (old != now)
            {
                session.Say($"The configuration is changed: the {name} is now {now ?? "not set"} (was {old ?? "not set"}).");
            }
        }
    }
}
