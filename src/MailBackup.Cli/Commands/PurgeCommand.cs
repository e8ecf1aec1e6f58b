using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Maintenance;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>purge</c>: takes what retention no longer keeps out of the backup.</summary>
internal static class PurgeCommand
{
    public static readonly CommandSpec Spec = new(
        "purge",
        "Remove for ever what was deleted longer ago than its retention, and give the room back.",
        Build,
        """
        mailbackup purge --what-if
        mailbackup purge
        mailbackup purge --retention-days 90
        mailbackup purge --history-retention-days 365      # also past states of living items
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var days = new Option<string>("--retention-days") { Description = "Days that a deleted item is kept, for this run; 0 is for ever. Default: as configured.", HelpName = "NUMBER" };
        var before = new Option<string>("--deleted-before") { Description = "Remove items that were deleted before this moment, instead.", HelpName = "DATE" };
        var history = new Option<string>("--history-retention-days")
        {
            Description = "Remove past states of living items that ended longer ago than this many days. Default: all are kept.",
            HelpName = "NUMBER",
        };
        var noGrace = new Option<bool>("--no-grace") { Description = "Give the room of bundles back at once. Not while the backup path is being copied." };
        var whatIf = new Option<bool>("--what-if") { Description = "Say what would go and how many bytes, and remove nothing." };
        foreach (var option in (Option[])[days, before, history, noGrace, whatIf])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var request = new PurgeRequest
            {
                RetentionDays = Numbers.Parse(arguments.GetValue(days), days.Name),
                DeletedBefore = PointInTime.Parse(arguments.GetValue(before), session.Host.Clock),
                HistoryRetentionDays = Numbers.Parse(arguments.GetValue(history), history.Name),
                NoGrace = arguments.GetValue(noGrace),
            };
            using var node = session.OpenNode(arguments);
            if (!arguments.GetValue(whatIf))
            {
                return new OperationRunner(session, node).Run(request);
            }

            Write(session, node.PlanPurgeAsync(request, CancellationToken.None).GetAwaiter().GetResult());
            return ExitCode.Done;
        });
    }

    private static void Write(Session session, PurgePlan plan)
    {
        if (session.Json)
        {
            session.Output.JsonLine(PurgePlanJson.Write, plan);
            return;
        }

        session.Say(plan.Nothing
            ? "Nothing is past its retention."
            : $"{Quantity.Count(plan.Items, "item", "items")} and {Quantity.Count(plan.States, "past state", "past states")} of "
                + $"{Quantity.Count(plan.AccountsTouched, "account", "accounts")} would go: {Quantity.Size(plan.JournalBytes)} of journals. "
                + $"{Quantity.Size(plan.ContentBytes)} of content would no longer be needed.");
        foreach (string account in plan.Accounts)
        {
            session.Say($"The account {account} would go as a whole.");
        }

        if (plan.HeldItems > 0)
        {
            session.Say($"Legal hold keeps {Quantity.Count(plan.HeldItems, "item", "items")} of {string.Join(", ", plan.HeldAccounts)}.");
        }

        foreach (string damaged in plan.Damaged)
        {
            session.Warn(damaged);
        }
    }
}
