using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Parsing;
using MailBackup.Services;

namespace MailBackup.Cli.Commands;

/// <summary><c>service</c>: the resident service, from outside.</summary>
internal static class ServiceCommand
{
    public static readonly CommandSpec Spec = new(
        "service",
        "Show the resident service of the backup path; start, stop or restart it, or write its systemd unit.",
        Build,
        """
        mailbackup service
        mailbackup service register --user vmail --dry-run      # shows the unit
        mailbackup service register --user vmail                # writes it; then: systemctl enable --now mailbackup
        mailbackup service stop
        """);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static void Build(Command command, Session session)
    {
        var action = new Argument<string>("action")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "status (the default), start, stop, restart or register.",
            HelpName = "status|start|stop|restart|register",
        };
        var timeout = Text("--timeout", "Seconds to wait for it to stop. Default: 600.", "NUMBER");
        var program = Text("--command", "Where the command mailbackup is; default: on the path.", "FILE");
        var user = Text("--user", "register: the user that it runs as: one that may read the mail and owns the backup path. Default: you.", "NAME");
        var name = Text("--name", "register: name of the unit. Default: mailbackup.", "NAME");
        var dryRun = new Option<bool>("--dry-run") { Description = "register: write the unit to standard output instead." };
        var force = new Option<bool>("--force") { Description = "register: replace a unit of that name." };
        command.Arguments.Add(action);
        foreach (var option in (Option[])[timeout, program, user, name, dryRun, force])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            string what = arguments.GetValue(action) ?? "status";
            var patience = Numbers.Parse(arguments.GetValue(timeout), timeout.Name) is { } seconds ? TimeSpan.FromSeconds(seconds) : Patience;
            string? at = arguments.GetValue(program);
            using var node = session.OpenNode(arguments);
            switch (what)
            {
                case "status":
                    Write(session, node.GetService());
                    return node.GetService().State == ServiceState.Running ? ExitCode.Done : ExitCode.DoneWithErrors;
                case "start":
                    Write(session, node.StartServiceAsync(at, CancellationToken.None).GetAwaiter().GetResult());
                    return ExitCode.Done;
                case "stop":
                    Write(session, node.StopServiceAsync(patience, CancellationToken.None).GetAwaiter().GetResult());
                    return ExitCode.Done;
                case "restart":
                    Write(session, node.RestartServiceAsync(at, patience, CancellationToken.None).GetAwaiter().GetResult());
                    return ExitCode.Done;
                case "register":
                    Register(session, node.DescribeUnit(arguments.GetValue(name) ?? "mailbackup", arguments.GetValue(user), at), arguments.GetValue(dryRun), arguments.GetValue(force));
                    return ExitCode.Done;
                default:
                    throw new MailBackupException(
                        ErrorIds.ArgumentInvalid, $"'{what}' is none of status, start, stop, restart, register.", "See mailbackup service --help.", what);
            }
        });
    }

    private static void Register(Session session, ServiceUnit unit, bool dryRun, bool force)
    {
        if (dryRun)
        {
            session.Output.Line(unit.ToText().TrimEnd());
            return;
        }

        UnitFile.Write(unit, force);
        session.Say($"{unit.Path} is written.");
        session.Say($"systemctl daemon-reload && systemctl enable --now {unit.Name}    # starts it, now and after each boot");
    }

    internal static void Write(Session session, ServiceInfo info)
    {
        if (session.Json)
        {
            session.Output.JsonLine(ServiceInfoJson.Write, info);
            return;
        }

        session.Say(info.ProcessId is { } process
            ? $"{Word(info.State)}: process {process} of {info.User}, since {session.ToLocal(info.Started ?? default):yyyy-MM-dd HH:mm}{(info.Supervised ? ", under systemd" : "")}."
            : "No service runs. Nothing is done by itself.");
        if (info.ProcessId is not null)
        {
            session.Say(info.NextRun is { } next ? $"Next: {info.NextOperation} at {session.ToLocal(next):yyyy-MM-dd HH:mm}." : "Nothing is scheduled.");
            RealtimeCommand.Say(session, info);
        }
    }

    private static string Word(ServiceState state) => state switch
    {
        ServiceState.NotResponding => "Not responding",
        _ => state.ToString(),
    };

    private static Option<string> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}
