using System.CommandLine;
using System.Globalization;
using MailBackup.Cli.Output;
using MailBackup.Services;

namespace MailBackup.Cli.Commands;

/// <summary><c>realtime</c>: whether the service follows changes as they happen, and how it does.</summary>
internal static class RealtimeCommand
{
    public static readonly CommandSpec Spec = new(
        "realtime",
        "Show the realtime scanner; switch it on or off. The service follows within a second.",
        Build,
        """
        mailbackup realtime
        mailbackup realtime start            # begins with a SmartScan, for what changed before
        mailbackup realtime start --no-scan
        mailbackup realtime stop
        """);

    private static void Build(Command command, Session session)
    {
        var action = new Argument<string>("action") { Arity = ArgumentArity.ZeroOrOne, Description = "status (the default), start or stop.", HelpName = "status|start|stop" };
        var noScan = new Option<bool>("--no-scan") { Description = "start: without the SmartScan; what changed while it did not run is left to the next one." };
        command.Arguments.Add(action);
        command.Options.Add(noScan);
        command.SetAction(arguments =>
        {
            string what = arguments.GetValue(action) ?? "status";
            using var node = session.OpenNode(arguments);
            switch (what)
            {
                case "status":
                    break;
                case "start":
                    node.SetRealtime(enabled: true, !arguments.GetValue(noScan));
                    break;
                case "stop":
                    node.SetRealtime(enabled: false);
                    break;
                default:
                    throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{what}' is none of status, start, stop.", "See mailbackup realtime --help.", what);
            }

            Write(session, node, what == "status");
            return ExitCode.Done;
        });
    }

    private static void Write(Session session, BackupNode node, bool details)
    {
        var info = node.GetService();
        if (session.Json)
        {
            session.Output.JsonLine(Json.ServiceInfoJson.WriteRealtime, (node.Configuration.Realtime, info.Realtime));
            return;
        }

        session.Say(node.Configuration.Realtime ? "Realtime is on." : "Realtime is off.");
        if (info.ProcessId is null)
        {
            session.Say("No service runs: nothing is followed until 'mailbackup serve' does.");
        }
        else if (details)
        {
            Say(session, info);
        }
    }

    public static void Say(Session session, ServiceInfo info)
    {
        var realtime = info.Realtime;
        session.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Realtime: {realtime.State.ToString().ToLowerInvariant()}, {Quantity.Count(realtime.Changes, "change", "changes")} saved, {Quantity.Count(realtime.Pending, "account", "accounts")} pending, lag {realtime.LagSeconds:0.0} s, {Quantity.Count(realtime.Watches, "watch", "watches")}."));
        if (realtime.Protection is { } protection)
        {
            session.Say(protection);
        }

        if (realtime.Wait is { } wait)
        {
            session.Say(string.Create(CultureInfo.InvariantCulture, $"Since {session.ToLocal(wait.Since):HH:mm:ss} changes are gathered, and saved when {wait.Operation} has ended."));
        }

        if (realtime.Warning is { } warning)
        {
            session.Warn(warning);
        }
    }
}
