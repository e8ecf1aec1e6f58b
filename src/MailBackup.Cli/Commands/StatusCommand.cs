using System.CommandLine;
using System.Text;
using MailBackup.Cli.Json;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;

namespace MailBackup.Cli.Commands;

/// <summary><c>status</c>: everything in one view, once or live.</summary>
internal static class StatusCommand
{
    public static readonly CommandSpec Spec = new(
        "status",
        "Show service, realtime, queue, schedule and health in one view: once, or live until Ctrl+C.",
        Build,
        """
        mailbackup status
        mailbackup status --watch
        mailbackup status --until idle --interval 5      # wait until nothing runs and nothing waits
        mailbackup status --json
        """);

    private static readonly string[] Goals = ["idle", "service-running", "healthy"];

    private static void Build(Command command, Session session)
    {
        var watch = new Option<bool>("--watch", "-w") { Description = "Stay, and show how it goes on. Only on a terminal; elsewhere it is shown once." };
        var until = new Option<string>("--until")
        {
            Description = "Stay until nothing runs and no change waits (idle), the service is up (service-running), or all checks are well (healthy).",
            HelpName = string.Join('|', Goals),
        };
        var interval = new Option<string>("--interval") { Description = "Seconds from picture to picture. Default: 1.", HelpName = "NUMBER" };
        command.Options.Add(watch);
        command.Options.Add(until);
        command.Options.Add(interval);
        command.SetAction(arguments =>
        {
            StatusGoal? goal = arguments.GetValue(until) is { } name ? ParseGoal(name) : null;
            var every = TimeSpan.FromSeconds(Math.Clamp(Numbers.Parse(arguments.GetValue(interval), interval.Name) ?? 1, 1, 3600));
            using var node = session.OpenNode(arguments);
            using var stop = new StopSignals(session, () => { });
            var reader = new StatusReader(node, session.Host.Clock);
            bool colors = session.Host.OutputIsTerminal && string.IsNullOrEmpty(session.Host.Environment("NO_COLOR")) && session.Host.Environment("TERM") != "dumb";
            if (session.Host.OutputIsTerminal && !session.Json && (arguments.GetValue(watch) || goal is not null))
            {
                var screen = new StatusScreen(Write, () => (session.Width, session.Host.TerminalHeight()), colors);
                screen.RunAsync(reader, goal, every, stop.Token).GetAwaiter().GetResult();
                if (goal is null)
                {
                    // Ctrl+C is how one leaves it.
                    session.StoppedBySignal = null;
                }

                return ExitCode.Done;
            }

            var status = StatusScreen.WaitAsync(reader, goal, every, stop.Token).GetAwaiter().GetResult();
            if (session.Json)
            {
                session.Output.JsonLine(StatusJson.Write, status);
                return ExitCode.Done;
            }

            foreach (string line in StatusScreen.Lines(status, session.Width, colors))
            {
                session.Output.Line(line);
            }

            return ExitCode.Done;
        });

        void Write(string text)
        {
            var terminal = session.Output.BeginRaw();
            terminal.Write(Encoding.UTF8.GetBytes(text));
            terminal.Flush();
        }
    }

    private static StatusGoal ParseGoal(string name) => Array.IndexOf(Goals, name) switch
    {
        >= 0 and var i => (StatusGoal)i,
        _ => throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{name}' is none of {string.Join(", ", Goals)}.", "See mailbackup status --help.", name),
    };
}
