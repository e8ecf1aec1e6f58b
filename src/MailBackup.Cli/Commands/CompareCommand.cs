using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Model;

namespace MailBackup.Cli.Commands;

/// <summary><c>compare</c>: what is different in an account between two moments.</summary>
internal static class CompareCommand
{
    public static readonly CommandSpec Spec = new(
        "compare",
        "What was added, changed, moved and deleted in an account between two moments.",
        Build,
        """
        mailbackup compare --account alice@example.org --at yesterday
        mailbackup compare --account alice@example.org --at 2026-03-01 --with 2026-03-02
        mailbackup compare --account alice@example.org --at -2h --json | jq 'select(.change == "deleted").id'
        """);

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account, HelpName = "ADDRESS", Required = true };
        var at = new Option<string>("--at") { Description = "The earlier moment. " + CommonText.At, HelpName = "DATE", Required = true };
        var with = new Option<string>("--with") { Description = "The later moment. Default: now.", HelpName = "DATE" };
        command.Options.Add(account);
        command.Options.Add(at);
        command.Options.Add(with);
        command.SetAction(arguments =>
        {
            var earlier = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock)!.Value;
            var later = PointInTime.Parse(arguments.GetValue(with), session.Host.Clock);
            using var node = session.OpenNode(arguments);
            return Write(session, node.Compare(arguments.GetValue(account)!, earlier, later));
        });
    }

    private static int Write(Session session, IEnumerable<ItemChange> changes)
    {
        if (session.Json)
        {
            foreach (var change in changes)
            {
                session.Output.JsonLine(ItemChangeJson.Write, change);
            }

            return ExitCode.Done;
        }

        var table = new Table(
            session.Output, session.Width, new("id", Right: true), new("type"), new("change"), new("what"), new("folder", Minimum: 8), new("subject", Minimum: 12));
        foreach (var c in changes)
        {
            table.Row(
                c.Id.ToString(), ItemTypeNames.ToName(c.Type), ItemChangeJson.Name(c.Change), string.Join(", ", c.Differences),
                c.Change == ItemChangeKind.Moved ? $"{c.Folder} > {c.After!.Folder}" : c.Folder, c.Type == ItemType.Folder ? "" : c.Subject);
        }

        table.Complete();
        return ExitCode.Done;
    }
}
