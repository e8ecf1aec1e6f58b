using System.CommandLine;
using MailBackup.Archives;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>export-account</c>: a whole account into an archive.</summary>
internal static class ExportAccountCommand
{
    public static readonly CommandSpec Spec = new(
        "export-account",
        "Write an account into an archive that any mail program reads: a Maildir, mbox files, or one zip file.",
        Build,
        """
        mailbackup export-account --account alice@example.org --out /srv/archives
        mailbackup export-account --account alice@example.org --out /srv/archives --format zip --at 2026-03-01
        mailbackup export-account --account alice@example.org --out - | ssh archive 'cat > alice.zip'

        The archive is named after the account and appears whole or not at all.
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account, HelpName = "ADDRESS", Required = true };
        var output = new Option<string>("--out", "-o")
        {
            Description = "Folder that the archive goes into, or - for a zip file on standard output.", HelpName = "FOLDER", Required = true,
        };
        var format = new Option<string>("--format") { Description = "maildir (the default), mbox or zip.", HelpName = "FORMAT" };
        var at = new Option<string>("--at") { Description = CommonText.At + " Default: now.", HelpName = "DATE" };
        var force = new Option<bool>("--force") { Description = "Replace an earlier archive of the account." };
        command.Options.Add(account);
        command.Options.Add(output);
        command.Options.Add(format);
        command.Options.Add(at);
        command.Options.Add(force);
        command.SetAction(arguments =>
        {
            string destination = arguments.GetValue(output)!;
            var wanted = ParseFormat(arguments.GetValue(format));
            var moment = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock);
            if (destination.Length == 0 || (destination == "-" && wanted is not (null or ArchiveFormat.Zip)))
            {
                throw new MailBackupException(
                    ErrorIds.ArgumentInvalid, destination.Length == 0 ? "--out is empty." : "Only a zip file goes to standard output.", "Give a folder.");
            }

            using var node = session.OpenNode(arguments);
            return destination == "-"
                ? Stream(session, node, arguments.GetValue(account)!, moment)
                : new OperationRunner(session, node).Run(new ExportAccountRequest
                {
                    Account = arguments.GetValue(account)!, Destination = Path.GetFullPath(destination), Format = wanted ?? ArchiveFormat.Maildir, At = moment,
                    Force = arguments.GetValue(force),
                });
        });
    }

    /// <summary>Throws <c>ArgumentInvalid</c>.</summary>
    public static ArchiveFormat? ParseFormat(string? text) => text is null ? null
        : ArchiveFormatText.Parse(text) ?? throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"'{text}' is no format.", $"Give one of {string.Join(", ", ArchiveFormatText.All)}.", text);

    /// <summary>What has gone down a pipe cannot be taken back: the exit code tells whether it is whole.</summary>
    private static int Stream(Session session, BackupNode node, string account, DateTimeOffset? at)
    {
        if (session.Host.OutputIsTerminal)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "A zip file is not written to a terminal.", "Send it into a file or another command.");
        }

        using var stop = new StopSignals(session, () => { });
        var report = node.ExportAccountAsync(account, at, session.Output.BeginRaw(), new TroubleSink(session), stop.Token).GetAwaiter().GetResult();
        return report.Errors > 0 ? ExitCode.DoneWithErrors : ExitCode.Done;
    }

    private sealed class TroubleSink(Session session) : IOperationSink
    {
        public void Progress(OperationProgress progress)
        {
        }

        public void Trouble(ItemTrouble trouble) => session.Warn(ReportText.Trouble(trouble));

        public void Warning(string message) => session.Warn(message);

        public void Report(OperationReport partial)
        {
        }
    }
}
