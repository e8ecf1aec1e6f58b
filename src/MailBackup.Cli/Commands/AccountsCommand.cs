using System.CommandLine;
using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;

namespace MailBackup.Cli.Commands;

/// <summary><c>accounts</c>: the accounts that the backup knows, deleted ones too.</summary>
internal static class AccountsCommand
{
    public static readonly CommandSpec Spec = new(
        "accounts",
        "List the accounts in the backup, deleted ones too.",
        Build,
        """
        mailbackup accounts
        mailbackup accounts --at 2026-03-01
        mailbackup accounts --json | jq -r 'select(.deleted).account'
        """);

    private static void Build(Command command, Session session)
    {
        var at = new Option<string>("--at") { Description = CommonText.At, HelpName = "DATE" };
        command.Options.Add(at);
        command.SetAction(arguments => Run(session, arguments, PointInTime.Parse(arguments.GetValue(at), session.Host.Clock)));
    }

    private static int Run(Session session, ParseResult arguments, DateTimeOffset? at)
    {
        using var node = session.OpenNodeForReading(arguments);
        var accounts = node.GetAccounts(at);
        if (session.Json)
        {
            foreach (var account in accounts)
            {
                session.Output.JsonLine(AccountJson.Write, account);
            }

            return ExitCode.Done;
        }

        var table = new Table(session.Output, session.Width, new("account", Minimum: 20), new("state"), new("first seen"), new("id", Minimum: 8));
        foreach (var account in accounts)
        {
            table.Row(
                account.Name,
                account.Deleted ? "deleted" : "active",
                session.ToLocal(account.Created).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                account.Id.ToString());
        }

        table.Complete();
        return ExitCode.Done;
    }
}
