using System.CommandLine;
using System.Runtime.InteropServices;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Services;

namespace MailBackup.Cli.Commands;

/// <summary><c>serve</c>: the resident service itself.</summary>
internal static class ServeCommand
{
    public static readonly CommandSpec Spec = new(
        "serve",
        "Stay: run the schedule, work off the queue and, if asked, follow changes as they happen. Stops cleanly on SIGTERM.",
        Build,
        """
        mailbackup serve                           # what the unit of 'mailbackup service register' runs
        mailbackup serve --realtime yes            # follow changes, whatever the configuration says
        """);

    private static void Build(Command command, Session session)
    {
        var realtime = new Option<string>("--realtime")
        {
            Description = "Follow changes as they happen. Default: as 'mailbackup realtime' says, also when that changes.",
            HelpName = "YES|NO",
        };
        var metrics = new Option<string>("--metrics") { Description = "Keep this file fresh with the health in the text format of Prometheus.", HelpName = "FILE" };
        var port = new Option<string>("--metrics-port")
        {
            Description = "Give it on this port of the loopback addresses, too; 0: not. Default: as 'mailbackup config' says, also when that changes.",
            HelpName = "NUMBER",
        };
        command.Options.Add(realtime);
        command.Options.Add(port);
        command.Options.Add(metrics);
        command.SetAction(arguments =>
        {
            bool? wanted = YesNo.Parse(arguments.GetValue(realtime), realtime.Name);
            int? metricsPort = Numbers.Parse(arguments.GetValue(port), port.Name);
            using var node = session.OpenNode(arguments);
            using var systemd = new SystemdNotifier(session.Host.Environment);
            using var service = new BackupService(node, new ServiceLog(session), systemd, wanted, arguments.GetValue(metrics), metricsPort, session.Host.Clock);
            using var stop = new StopSignals(session, () => { });

            // The terminal that it was started from may go.
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
            return service.RunAsync(stop.Token).GetAwaiter().GetResult() switch
            {
                ServiceEnd.Restart => ServiceUnit.RestartCode,
                ServiceEnd.Lost => ExitCode.Failed,
                _ => ExitCode.Done,
            };
        });
    }
}
