using System.CommandLine;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>index</c>: brings the search index up to date, makes it anew, switches it on and off.</summary>
internal static class IndexCommand
{
    public static readonly CommandSpec Spec = new(
        "index",
        "Bring the index for `search` up to date. Every scan does that by itself; this is for a backup that has none yet, or a damaged one.",
        Build,
        """
        mailbackup index
        mailbackup index --rebuild             # throw it away and read the whole backup again
        mailbackup index --off                 # no index from now on; what there is of it is removed
        mailbackup index --on
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var rebuild = new Option<bool>("--rebuild") { Description = "Make the index anew from the backup." };
        var on = new Option<bool>("--on") { Description = "Index after every scan from now on, and bring the index up to date now." };
        var off = new Option<bool>("--off") { Description = "Index no more, and remove the index." };
        command.Options.Add(rebuild);
        command.Options.Add(on);
        command.Options.Add(off);
        command.SetAction(arguments =>
        {
            bool switchOff = arguments.GetValue(off), switchOn = arguments.GetValue(on);
            if (switchOff && (switchOn || arguments.GetValue(rebuild)))
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, "--off goes with no other option.", "Give one of them.");
            }

            using var node = session.OpenNode(arguments);
            if (switchOff || switchOn)
            {
                node.UpdateConfiguration(c => c with { SearchIndex = switchOn });
            }

            if (switchOff)
            {
                session.Say("Searching is switched off, and the index is removed.");
                return ExitCode.Done;
            }

            return new OperationRunner(session, node).Run(new SearchIndexRequest { Rebuild = arguments.GetValue(rebuild) });
        });
    }
}
