using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Model;

namespace MailBackup.Cli.Commands;

/// <summary><c>export</c>: the content of an item, byte for byte, or its transactions.</summary>
internal static class ExportCommand
{
    public static readonly CommandSpec Spec = new(
        "export",
        "Write the content of an item, byte for byte as the server had it, or its transactions.",
        Build,
        """
        mailbackup export --account alice@example.org --id 12 --out letter.eml
        mailbackup export --account alice@example.org --id 12 --out /tmp/      # 12.eml, 13.vcf, 14.ics, a document's own name
        mailbackup export --account alice@example.org --id 12 --at -3d --out - | less
        mailbackup export --account alice@example.org --id 12 --transactions | jq .
        mailbackup export --digest w5gv0b1DP45KpAUnmOhBq,7hBOGNNgZ0UJ9nbEZH0r4 --out /tmp/

        A file is written whole or not at all, never over another one, and only its owner may read it.
        """);

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account, HelpName = "ADDRESS" };
        var id = new Option<string>("--id", "-i") { Description = "Number of the item.", HelpName = "ID" };
        var digest = new Option<string>("--digest") { Description = "Content by its digest alone, instead of --account and --id.", HelpName = "DIGEST" };
        var at = new Option<string>("--at") { Description = CommonText.At + " Default: its latest content.", HelpName = "DATE" };
        var file = new Option<string>("--out", "-o")
        {
            Description = "File to make, folder to make it in, or - for standard output (the default when that is no terminal).",
            HelpName = "FILE",
        };
        var transactions = new Option<bool>("--transactions") { Description = "The JSON array of the item's transactions instead of its content." };
        command.Options.Add(account);
        command.Options.Add(id);
        command.Options.Add(digest);
        command.Options.Add(at);
        command.Options.Add(file);
        command.Options.Add(transactions);
        command.SetAction(arguments =>
        {
            var job = new ExportJob(
                arguments.GetValue(account) ?? "",
                arguments.GetValue(id) is { } number ? Numbers.ParseId(number) : default,
                PointInTime.Parse(arguments.GetValue(at), session.Host.Clock),
                arguments.GetValue(transactions),
                ParseDigest(arguments.GetValue(digest)));
            return Run(session, arguments, job, arguments.GetValue(file));
        });
    }

    private static Digest? ParseDigest(string? text) => text is null ? null
        : Digest.TryParse(text, out var digest) ? digest : throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"'{text}' is no digest.", "A digest has 43 characters; 'mailbackup items --json' shows them.", text);

    private static int Run(Session session, ParseResult arguments, ExportJob job, string? file)
    {
        job.Validate();
        file ??= session.Host.OutputIsTerminal && !job.Transactions
            ? throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "Mail is not written to a terminal unasked.", "Give --out FILE, or --out - if you mean it.")
            : "-";
        using var node = session.OpenNodeForReading(arguments);
        if (file == "-")
        {
            job.WriteTo(node, session.Output.BeginRaw(), CancellationToken.None);
            return ExitCode.Done;
        }

        using var stop = new StopSignals(session, () => { });
        var target = ExportFile.Choose(file, () => job.SuggestFileName(node));
        long bytes = target.Write(stream => job.WriteTo(node, stream, stop.Token));
        if (session.Json)
        {
            session.Output.JsonLine(ExportJson.Write, (job.Account, job.Id.Value, target.Path, bytes));
        }
        else
        {
            session.Say($"Wrote {target.Path} ({Quantity.Size(bytes)}).");
        }

        return ExitCode.Done;
    }
}
