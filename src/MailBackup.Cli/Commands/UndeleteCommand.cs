using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>undelete</c>: brings back what was deleted within a time.</summary>
internal static class UndeleteCommand
{
    public static readonly CommandSpec Spec = new(
        "undelete",
        "Bring back all that was deleted of an account within a time, each mail with the tag undelete_DD_MM_YY.",
        Build,
        """
        mailbackup undelete --account alice@example.org --after yesterday
        mailbackup undelete --account alice@example.org --after 2026-03-01 --before 2026-03-03T12:00
        mailbackup undelete --account alice@example.org --account bob@example.org --after -3d --folder Recovered
        """);

    private static void Build(Command command, Session session)
    {
        var accounts = new Option<string[]>("--account", "-a")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = CommonText.Account + " May be repeated.",
            HelpName = "ADDRESS",
            Required = true,
        };
        var after = new Option<string>("--after") { Description = "Deleted at or after this moment, as the backup noted it.", HelpName = "DATE", Required = true };
        var before = new Option<string>("--before") { Description = "And before this one. Default: now.", HelpName = "DATE" };
        var folder = new Option<string>("--folder", "-f")
        {
            Description = "Folder (path) below which the items' folders are made. Default: the folders themselves.",
            HelpName = "PATH",
        };
        command.Options.Add(accounts);
        command.Options.Add(after);
        command.Options.Add(before);
        command.Options.Add(folder);
        command.SetAction(arguments =>
        {
            var request = new UndeleteRequest
            {
                Accounts = arguments.GetValue(accounts) ?? [],
                After = PointInTime.Parse(arguments.GetValue(after), session.Host.Clock)!.Value,
                Before = PointInTime.Parse(arguments.GetValue(before), session.Host.Clock),
                Folder = arguments.GetValue(folder),
            };
            using var node = session.OpenNode(arguments);
            return new OperationRunner(session, node).Run(request);
        });
    }
}
