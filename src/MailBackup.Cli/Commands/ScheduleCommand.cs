using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Scheduling;

namespace MailBackup.Cli.Commands;

/// <summary><c>schedule</c>: what the resident service runs by itself.</summary>
internal static class ScheduleCommand
{
    public static readonly CommandSpec Spec = new(
        "schedule",
        "Show what the service ('mailbackup serve') runs by itself, and when; change what is given.",
        Build,
        """
        mailbackup schedule
        mailbackup schedule set --operation SmartScan --cron '0 */6 * * *' --catch-up yes
        mailbackup schedule set --operation Purge --cron '30 5 * * sun' --time-zone Europe/Rome
        mailbackup schedule set --operation CoherencyCheck --enabled no
        """);

    private static void Build(Command command, Session session)
    {
        var action = new Argument<string>("action") { Arity = ArgumentArity.ZeroOrOne, Description = "get (the default) or set.", HelpName = "get|set" };
        var operation = Text("--operation", $"Which: {string.Join(", ", Enum.GetNames<ScheduledOperation>())}.", "NAME");
        var cron = Text("--cron", "Minute, hour, day of the month, month, day of the week; or @daily, @weekly …", "PATTERN");
        var zone = Text("--time-zone", "Time zone of the pattern; empty is that of the machine.", "NAME");
        var enabled = Text("--enabled", "Run it by itself.", "YES|NO");
        var catchUp = Text("--catch-up", "Run at once what was missed while the service did not run. Default: wait for the next time.", "YES|NO");
        var atStart = Text("--at-start", "Run it each time the service starts, too.", "YES|NO");
        command.Arguments.Add(action);
        foreach (var option in (Option[])[operation, cron, zone, enabled, catchUp, atStart])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            string what = arguments.GetValue(action) ?? "get";
            using var node = session.OpenNode(arguments);
            if (what == "set")
            {
                var which = ParseOperation(arguments.GetValue(operation));
                string? given = arguments.GetValue(zone);
                node.SetSchedule(which, old => old with
                {
                    Cron = arguments.GetValue(cron) ?? old.Cron,
                    TimeZone = given is null ? old.TimeZone : given.Length == 0 ? null : given,
                    Enabled = YesNo.Parse(arguments.GetValue(enabled), enabled.Name) ?? old.Enabled,
                    CatchUp = YesNo.Parse(arguments.GetValue(catchUp), catchUp.Name) ?? old.CatchUp,
                    AtStart = YesNo.Parse(arguments.GetValue(atStart), atStart.Name) ?? old.AtStart,
                });
            }
            else if (what != "get")
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{what}' is neither get nor set.", "See mailbackup schedule --help.", what);
            }

            Write(session, node);
            return ExitCode.Done;
        });
    }

    private static void Write(Session session, BackupNode node)
    {
        var table = new Table(
            session.Output, session.Width, new("operation"), new("cron"), new("time zone"), new("next"), new("last"), new("options", Minimum: 8));
        foreach (var entry in node.GetSchedule())
        {
            if (session.Json)
            {
                session.Output.JsonLine(ScheduleInfoJson.Write, entry);
                continue;
            }

            string options = string.Join(", ", new[]
            {
                entry.CatchUp ? "catch up" : null,
                entry.AtStart ? "at start" : null,
                entry.Missed is { } missed ? $"missed {session.ToLocal(missed):yyyy-MM-dd HH:mm}" : null,
            }.Where(o => o is not null));
            table.Row(
                entry.Operation.ToString(), entry.Cron, entry.TimeZone,
                entry.NextRun is { } next ? $"{session.ToLocal(next):yyyy-MM-dd HH:mm}" : "off",
                entry.LastRun is { } last ? $"{session.ToLocal(last):yyyy-MM-dd HH:mm}" : "never", options);
        }

        table.Complete();
    }

    private static ScheduledOperation ParseOperation(string? text) =>
        Enum.TryParse(text, ignoreCase: true, out ScheduledOperation operation) && Enum.IsDefined(operation) ? operation : throw new MailBackupException(
            ErrorIds.ArgumentInvalid,
            text is null ? "No operation is named." : $"There is no scheduled operation '{text}'.",
            $"Give --operation with one of {string.Join(", ", Enum.GetNames<ScheduledOperation>())}.", text);

    private static Option<string> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}
