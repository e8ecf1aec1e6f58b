using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Storage;

namespace MailBackup.Cli.Commands;

/// <summary><c>items</c>: what is in the backup, now or at a moment.</summary>
internal static class ItemsCommand
{
    public static readonly CommandSpec Spec = new(
        "items",
        "List items: what the server has, had at a moment, or has no longer.",
        Build,
        """
        mailbackup items --account alice@example.org
        mailbackup items --account alice@example.org --folder INBOX --at yesterday
        mailbackup items --account alice@example.org --deleted --type message
        mailbackup items --all --json | jq -r 'select(.size > 10000000) | [.account, .id, .subject] | @tsv'

        Flags are letters: D draft, F flagged, P forwarded, R answered, S seen, T marked for deletion.
        """);

    private static void Build(Command command, Session session)
    {
        var accounts = new Option<string[]>("--account", "-a")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Only items of this account (address); may be repeated. Default: all accounts.",
            HelpName = "ADDRESS",
        };
        var folder = new Option<string>("--folder", "-f")
        {
            Description = "Only items in this folder (path, without its sub-folders).",
            HelpName = "PATH",
        };
        var type = new Option<string>("--type", "-t")
        {
            Description = "message, contact, contactgroup, appointment, task, document, folder or all. Default: all.",
            HelpName = "TYPE",
        };
        var ids = new Option<string[]>("--id", "-i")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Only the item with this number; may be repeated.",
            HelpName = "ID",
            AllowMultipleArgumentsPerToken = true,
        };
        var at = new Option<string>("--at") { Description = CommonText.At, HelpName = "DATE" };
        var deleted = new Option<bool>("--deleted") { Description = "Items that are no longer on the server, instead of those that are." };
        var all = new Option<bool>("--all") { Description = "Both: items on the server and deleted ones." };
        command.Options.Add(accounts);
        command.Options.Add(folder);
        command.Options.Add(type);
        command.Options.Add(ids);
        command.Options.Add(at);
        command.Options.Add(deleted);
        command.Options.Add(all);
        command.SetAction(arguments =>
        {
            var query = new ItemQuery
            {
                Accounts = arguments.GetValue(accounts) ?? [],
                Folder = arguments.GetValue(folder),
                Type = ItemTypeNames.Parse(arguments.GetValue(type)),
                Ids = Numbers.ParseIds(arguments.GetValue(ids)),
                At = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock),
                Selection = CommonText.Selection(arguments.GetValue(deleted), arguments.GetValue(all)),
            };
            using var node = session.OpenNodeForReading(arguments);
            return ItemOutput.Write(session, node.GetItems(query), query);
        });
    }
}
