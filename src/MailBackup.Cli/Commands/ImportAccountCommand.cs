using System.CommandLine;
using MailBackup.Archives;
using MailBackup.Cli.Json;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>import-account</c>: an archive into a live account.</summary>
internal static class ImportAccountCommand
{
    public static readonly CommandSpec Spec = new(
        "import-account",
        "Put an archive (Maildir, mbox, zip; of any maker) into a live account.",
        Build,
        """
        mailbackup import-account --account alice@example.org --path /srv/archives/alice@example.org.zip
        mailbackup import-account --account alice@example.org --path old.mbox --folder 'From the old server'
        mailbackup import-account --account alice@example.org --path alice.zip --resolve reset --dry-run

        --resolve says what becomes of what is there: skip leaves it (the default), modify gives it the archive's flags and dates, replace its
        content too, reset empties the account (or the --folder) first. The account is scanned before anything is changed or removed, and what the
        backup does not hold is not removed.
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account, HelpName = "ADDRESS", Required = true };
        var path = new Option<string>("--path", "-p") { Description = "The archive: a file or a folder.", HelpName = "PATH", Required = true };
        var format = new Option<string>("--format") { Description = "maildir, mbox or zip. Default: told from what is there.", HelpName = "FORMAT" };
        var resolve = new Option<string>("--resolve") { Description = "skip, modify, replace or reset. Default: skip.", HelpName = "HOW" };
        var folder = new Option<string>("--folder", "-f") { Description = "Folder under which the archive's folders go. Default: where they were.", HelpName = "PATH" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only count what would be done." };
        command.Options.Add(account);
        command.Options.Add(path);
        command.Options.Add(format);
        command.Options.Add(resolve);
        command.Options.Add(folder);
        command.Options.Add(dryRun);
        command.SetAction(arguments =>
        {
            var request = new ImportAccountRequest
            {
                Account = arguments.GetValue(account)!,
                Path = Path.GetFullPath(arguments.GetValue(path)!),
                Format = ExportAccountCommand.ParseFormat(arguments.GetValue(format)),
                Resolve = ParseResolve(arguments.GetValue(resolve)),
                Folder = arguments.GetValue(folder),
            };
            using var node = session.OpenNode(arguments);
            return arguments.GetValue(dryRun) ? Preview(session, node, request) : new OperationRunner(session, node).Run(request);
        });
    }

    private static int Preview(Session session, BackupNode node, ImportAccountRequest request)
    {
        using var stop = new StopSignals(session, () => { });
        var p = node.PreviewImportAsync(request, stop.Token).GetAwaiter().GetResult();
        if (session.Json)
        {
            session.Output.JsonLine(ImportPreviewJson.Write, p);
        }
        else
        {
            session.Say($"{p.Items} items ({ArchiveFormatText.ToText(p.Format)}). It would be: {p.Removed} removed, {p.Added} added, {p.Updated} changed, "
                + $"{p.Skipped} left as they are, {p.Broken} unreadable. Nothing was changed.");
        }

        return p.Broken > 0 ? ExitCode.DoneWithErrors : ExitCode.Done;
    }

    private static ImportResolve ParseResolve(string? text) => text is null ? ImportResolve.Skip
        : ImportResolveText.Parse(text) ?? throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"'{text}' is no way to resolve.", $"Give one of {string.Join(", ", ImportResolveText.All)}.", text);
}
