using System.CommandLine;
using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Model;

namespace MailBackup.Cli.Commands;

/// <summary><c>history</c>: every state of one item, oldest first.</summary>
internal static class HistoryCommand
{
    public static readonly CommandSpec Spec = new(
        "history",
        "Show every state of an item, oldest first.",
        Build,
        """
        mailbackup history --account alice@example.org --id 12
        mailbackup history --account alice@example.org --id 12 --json | jq -r .start
        """);

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account, HelpName = "ADDRESS", Required = true };
        var id = new Option<string>("--id", "-i") { Description = "Number of the item.", HelpName = "ID", Required = true };
        command.Options.Add(account);
        command.Options.Add(id);
        command.SetAction(arguments =>
        {
            var item = Numbers.ParseId(arguments.GetValue(id)!);
            using var node = session.OpenNodeForReading(arguments);
            return Write(session, node.GetHistory(arguments.GetValue(account)!, item));
        });
    }

    internal static int Write(Session session, IReadOnlyList<BackupItem> states)
    {
        if (session.Json)
        {
            foreach (var state in states)
            {
                session.Output.JsonLine(ItemJson.Write, state);
            }

            return ExitCode.Done;
        }

        var table = new Table(
            session.Output, session.Width, new("transaction", Right: true), new("start"), new("end"), new("change", Minimum: 8),
            new("size", Right: true), new("flags"), new("folder", Minimum: 8), new("subject", Minimum: 12));
        BackupItem? before = null;
        foreach (var state in states)
        {
            table.Row(
                state.Transaction.ToString(),
                Moment(session, state.Start),
                state.End is { } end ? Moment(session, end) : "",
                StateChange.Describe(before, state),
                state.Type == ItemType.Folder ? "" : Quantity.Size(state.Size),
                state.Flags.ToLetters(),
                state.Folder,
                state.Type == ItemType.Folder ? "" : state.Subject);
            before = state;
        }

        table.Complete();
        return ExitCode.Done;
    }

    /// <summary>With seconds: a start can be given to <c>--at</c>.</summary>
    private static string Moment(Session session, DateTimeOffset moment) =>
        session.ToLocal(moment).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
