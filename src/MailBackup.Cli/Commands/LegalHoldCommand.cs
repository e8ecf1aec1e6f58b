using System.CommandLine;
using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;

namespace MailBackup.Cli.Commands;

/// <summary><c>legal-hold</c>: which accounts nothing may be purged of.</summary>
internal static class LegalHoldCommand
{
    public static readonly CommandSpec Spec = new(
        "legal-hold",
        "List the accounts on legal hold; place holds or lift them. Nothing of an account on hold is ever purged.",
        Build,
        """
        mailbackup legal-hold
        mailbackup legal-hold set --account alice@example.org --reason "Case 4711"
        mailbackup legal-hold set --all
        mailbackup legal-hold unset --account alice@example.org
        mailbackup legal-hold get --history                # who placed and lifted what, when and why
        """);

    private static void Build(Command command, Session session)
    {
        var action = new Argument<string>("action")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "get (the default), set or unset.",
            HelpName = "get|set|unset",
        };
        var accounts = new Option<string[]>("--account", "-a") { Description = "Address or id of the account; may be repeated.", HelpName = "ADDRESS" };
        var all = new Option<bool>("--all") { Description = "Every account that the backup knows, deleted ones too." };
        var reason = new Option<string>("--reason") { Description = "Why; it is kept.", HelpName = "TEXT" };
        var history = new Option<bool>("--history") { Description = "Every change of holds, oldest first." };
        command.Arguments.Add(action);
        command.Options.Add(accounts);
        command.Options.Add(all);
        command.Options.Add(reason);
        command.Options.Add(history);
        command.SetAction(arguments =>
        {
            string what = arguments.GetValue(action) ?? "get";
            string[] named = arguments.GetValue(accounts) ?? [];
            if (what is not ("get" or "set" or "unset"))
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{what}' is none of get, set, unset.", "See mailbackup legal-hold --help.", what);
            }

            if (what != "get" && named.Length == 0 == !arguments.GetValue(all))
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, "It is not said whose hold.", "Give either --account ADDRESS or --all.");
            }

            using var node = session.OpenNode(arguments);
            return what == "get" ? Get(session, node, named, arguments.GetValue(history))
                : Set(session, node, arguments.GetValue(all) ? null : named, what == "set", arguments.GetValue(reason));
        });
    }

    private static int Set(Session session, BackupNode node, IReadOnlyList<string>? accounts, bool held, string? reason)
    {
        var changed = node.SetLegalHold(accounts, held, reason);
        if (session.Json)
        {
            foreach (string account in changed)
            {
                session.Output.JsonLine(LegalHoldJson.WriteChanged, (account, held));
            }

            return ExitCode.Done;
        }

        foreach (string account in changed)
        {
            session.Say(held ? $"{account} is on hold: nothing of it is purged." : $"{account} is on hold no more.");
        }

        if (changed.Count == 0)
        {
            session.Say("Nothing to change: it is so already.");
        }

        return ExitCode.Done;
    }

    private static int Get(Session session, BackupNode node, string[] accounts, bool history)
    {
        bool Wanted(string name, Guid id) => accounts.Length == 0 || accounts.Contains(name, StringComparer.OrdinalIgnoreCase) || accounts.Contains(id.ToString());
        if (history)
        {
            return WriteHistory(session, node.GetLegalHoldHistory().Where(c => Wanted(c.Account, c.AccountId)));
        }

        var holds = node.GetLegalHolds().Where(h => Wanted(h.Account, h.AccountId));
        if (session.Json)
        {
            foreach (var hold in holds)
            {
                session.Output.JsonLine(LegalHoldJson.Write, hold);
            }

            return ExitCode.Done;
        }

        var table = new Table(session.Output, session.Width, new("account", Minimum: 20), new("kind"), new("since"), new("by"), new("reason", Minimum: 12));
        foreach (var hold in holds)
        {
            table.Row(hold.Account, hold.Automatic ? "automatic" : "by hand", Time(session, hold.Since), hold.By, hold.Reason);
        }

        table.Complete();
        return ExitCode.Done;
    }

    private static int WriteHistory(Session session, IEnumerable<Model.LegalHoldChange> changes)
    {
        if (session.Json)
        {
            foreach (var change in changes)
            {
                session.Output.JsonLine(LegalHoldJson.Write, change);
            }

            return ExitCode.Done;
        }

        var table = new Table(session.Output, session.Width, new("time"), new("account", Minimum: 20), new("change"), new("by"), new("reason", Minimum: 12));
        foreach (var change in changes)
        {
            table.Row(Time(session, change.Time), change.Account, !change.Held ? "lifted" : change.Automatic ? "automatic" : "placed", change.By, change.Reason);
        }

        table.Complete();
        return ExitCode.Done;
    }

    private static string Time(Session session, DateTimeOffset time) => session.ToLocal(time).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
