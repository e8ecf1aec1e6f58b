using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Searching;
using MailBackup.Storage;

namespace MailBackup.Cli.Commands;

/// <summary><c>search</c>: items by their words.</summary>
internal static class SearchCommand
{
    public static readonly CommandSpec Spec = new(
        "search",
        "Find items by their words: subject, addresses, names of attachments, text. Best first, then newest first; of more than 5,000, the latest 5,000 first.",
        Build,
        """
        mailbackup search invoice                                      # every account, what the server has
        mailbackup search 'invoice "final notice" -draft' --account alice@example.org
        mailbackup search 'from:bob subject:plan* (april OR may)' --all
        mailbackup search lease --deleted --json | jq -r '[.account, .id, .subject] | @tsv'

        Words are all wanted. "A phrase", -not, one OR another, prefix*, (groups), field:word; fields are from, to, subject, body, attachment;
        has:attachment. A query that begins with a hyphen goes behind --: mailbackup search -- -draft
        """);

    private static void Build(Command command, Session session)
    {
        var query = new Argument<string[]>("QUERY") { Arity = ArgumentArity.ZeroOrMore, Description = "What to search for; several are all wanted." };
        var accounts = new Option<string[]>("--account", "-a")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Only in this account (address); may be repeated. Default: all accounts.",
            HelpName = "ADDRESS",
        };
        Option<string> Text(string name, string description) => new(name) { Description = description, HelpName = "QUERY" };
        var from = Text("--from", "In the sender.");
        var to = Text("--to", "In To, Cc, Bcc; attendees.");
        var subject = Text("--subject", "In the subject, name or summary.");
        var body = Text("--body", "In the text.");
        var attachment = Text("--attachment", "In the names of attachments.");
        var folder = new Option<string>("--folder", "-f") { Description = "Only in this folder (path, without its sub-folders).", HelpName = "PATH" };
        var type = new Option<string>("--type", "-t")
        {
            Description = "message, contact, contactgroup, appointment, task, document or all. Default: all.",
            HelpName = "TYPE",
        };
        var before = new Option<string>("--before") { Description = "Only items dated before this (of a message: its delivery).", HelpName = "DATE" };
        var after = new Option<string>("--after") { Description = "Only items of this date or later.", HelpName = "DATE" };
        var larger = new Option<string>("--larger-than") { Description = "Only items with more bytes than this.", HelpName = "BYTES" };
        var limit = new Option<string>("--limit", "-n") { Description = "No more than this many.", HelpName = "NUMBER" };
        var deleted = new Option<bool>("--deleted") { Description = "Items that are no longer on the server, instead of those that are." };
        var all = new Option<bool>("--all") { Description = "All: on the server, deleted, and past contents of items that have changed since." };
        command.Arguments.Add(query);
        foreach (var option in (Option[])[accounts, from, to, subject, body, attachment, folder, type, before, after, larger, limit, deleted, all])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var search = new SearchQuery
            {
                Text = string.Join(' ', arguments.GetValue(query) ?? []),
                From = arguments.GetValue(from),
                To = arguments.GetValue(to),
                Subject = arguments.GetValue(subject),
                Body = arguments.GetValue(body),
                Attachment = arguments.GetValue(attachment),
                Accounts = arguments.GetValue(accounts) ?? [],
                Folder = arguments.GetValue(folder),
                Type = ItemTypeNames.Parse(arguments.GetValue(type)),
                Before = PointInTime.Parse(arguments.GetValue(before), session.Host.Clock),
                After = PointInTime.Parse(arguments.GetValue(after), session.Host.Clock),
                LargerThan = Numbers.ParseLong(arguments.GetValue(larger), "--larger-than"),
                Selection = CommonText.Selection(arguments.GetValue(deleted), arguments.GetValue(all)),
            };
            int? most = Numbers.Parse(arguments.GetValue(limit), "--limit");
            using var node = session.OpenNode(arguments);
            node.Warn = session.Warn;
            var found = node.Search(search);
            return SearchOutput.Write(session, most is { } n ? found.Take(n) : found, search);
        });
    }
}
