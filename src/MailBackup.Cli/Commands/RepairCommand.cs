using System.CommandLine;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>repair</c>: mends a damaged backup path.</summary>
internal static class RepairCommand
{
    public static readonly CommandSpec Spec = new(
        "repair",
        "Mend the backup: rewrite damaged journals, make the catalog anew, fetch lost content again from the server or a copy.",
        Build,
        """
        mailbackup repair
        mailbackup repair --from /mnt/copy/backup --from /mnt/other/backup
        mailbackup repair --no-source                                      # do not ask the mail server
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var from = new Option<string[]>("--from")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Another backup path, of any server, to take content and lines from; only read. May be repeated.",
            HelpName = "FOLDER",
        };
        var noSource = new Option<bool>("--no-source") { Description = "Do not ask the mail server for lost content." };
        command.Options.Add(from);
        command.Options.Add(noSource);
        command.SetAction(arguments =>
        {
            var request = new RepairRequest
            {
                From = [.. (arguments.GetValue(from) ?? []).Select(Path.GetFullPath)],
                UseSource = !arguments.GetValue(noSource),
            };
            using var node = session.OpenNode(arguments);
            return new OperationRunner(session, node).Run(request);
        });
    }
}
