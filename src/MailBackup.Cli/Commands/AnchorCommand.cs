using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Maintenance.Anchoring;

namespace MailBackup.Cli.Commands;

/// <summary><c>anchor</c>: writes down the heads of all journals, and verifies them later.</summary>
internal static class AnchorCommand
{
    public static readonly CommandSpec Spec = new(
        "anchor",
        "Write down what the backup holds in one small file, and prove later that nothing of it was taken away or changed.",
        Build,
        """
        mailbackup anchor --out /mnt/elsewhere/2026-03.anchor
        mailbackup anchor --verify /mnt/elsewhere/2026-03.anchor
        mailbackup anchor --out - | mail -s 'Anchor of the backup' notary@example.org
        """);

    private static void Build(Command command, Session session)
    {
        var outFile = new Option<string>("--out", "-o") { Description = "File to write the anchor to; - is standard output. Never over another file.", HelpName = "FILE" };
        var verify = new Option<string>("--verify") { Description = "Anchor to verify. Exit code 1 when something that it saw is gone or changed.", HelpName = "FILE" };
        command.Options.Add(outFile);
        command.Options.Add(verify);
        command.SetAction(arguments =>
        {
            var (target, source) = (arguments.GetValue(outFile), arguments.GetValue(verify));
            if ((target is null) == (source is null))
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, "Neither or both of --out and --verify are given.", "Give one of them.");
            }

            using var node = session.OpenNode(arguments);
            return target is not null ? Write(session, node, target) : Verify(session, node, source!);
        });
    }

    private static int Write(Session session, BackupNode node, string target)
    {
        if (target != "-" && File.Exists(target))
        {
            throw Exists(target);
        }

        var anchor = node.CreateAnchor();
        byte[] content = AnchorFile.Write(anchor);
        if (target == "-")
        {
            session.Output.BeginRaw().Write(content);
            return ExitCode.Done;
        }

        AnchorFile.Save(target, content);
        if (session.Json)
        {
            session.Output.JsonLine(AnchorJson.Write, (Path.GetFullPath(target), anchor));
        }

        session.Say($"{Path.GetFullPath(target)}: {Quantity.Count(anchor.Journals.Count, "journal", "journals")}, {Quantity.Count(anchor.Journals.Sum(j => j.Transactions))} transactions.");
        session.Say($"Root {anchor.Root}");
        return ExitCode.Done;
    }

    private static int Verify(Session session, BackupNode node, string source)
    {
        var anchor = AnchorFile.Read(source);
        var counts = new SortedDictionary<AnchorState, int>();
        var table = new Table(session.Output, session.Width, new("state"), new("journal", Minimum: 16), new("anchored", Right: true), new("now", Right: true), new("account", Minimum: 12), new("detail", Minimum: 12));
        bool trusted = true, rows = false;
        foreach (var result in node.VerifyAnchor(anchor))
        {
            counts[result.State] = counts.GetValueOrDefault(result.State) + 1;
            trusted &= result.IsTrusted;
            if (session.Json)
            {
                session.Output.JsonLine(AnchorJson.Write, result);
            }
            else if (result.State is not (AnchorState.Intact or AnchorState.New) && !session.Quiet)
            {
                rows = true;
                table.Row(Word(result.State), result.Journal, Quantity.Count(result.Anchored), Quantity.Count(result.Transactions), result.Account ?? "", result.Detail);
            }
        }

        if (rows)
        {
            table.Complete();
        }

        session.Say($"Anchor of {session.ToLocal(anchor.Created):yyyy-MM-dd HH:mm}, root {anchor.Root}");
        session.Say($"{string.Join(", ", counts.Select(c => $"{Quantity.Count(c.Value)} {Word(c.Key)}"))}: {(trusted ? "everything that the anchor saw is accounted for." : "NOT everything that the anchor saw is accounted for.")}");
        return trusted ? ExitCode.Done : ExitCode.DoneWithErrors;
    }

    private static string Word(AnchorState state) => state.ToString().ToLowerInvariant();

    private static MailBackupException Exists(string path) => new(
        CliErrorIds.OutputFileExists, $"{path} exists already.", "Name a file that does not exist; anchors are kept, not replaced.", path);
}
