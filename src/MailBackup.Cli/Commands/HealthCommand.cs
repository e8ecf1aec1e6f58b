using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Health;

namespace MailBackup.Cli.Commands;

/// <summary><c>health</c>: whether the backup does what it is there for, for people and for monitoring.</summary>
internal static class HealthCommand
{
    public static readonly CommandSpec Spec = new(
        "health",
        "Tell whether the backup does what it is there for. Exit code 0 well, 1 warning, 3 critical.",
        Build,
        """
        mailbackup health
        mailbackup health --json
        mailbackup health --metrics /var/lib/node_exporter/mailbackup.prom
        mailbackup health --html /var/www/status/backup.html
        """);

    private static void Build(Command command, Session session)
    {
        var metrics = new Option<string>("--metrics") { Description = "Write it to this file in the text format of Prometheus, too.", HelpName = "FILE" };
        var html = new Option<string>("--html") { Description = "Write it to this file as one page with charts, too.", HelpName = "FILE" };
        command.Options.Add(metrics);
        command.Options.Add(html);
        command.SetAction(arguments =>
        {
            using var node = session.OpenNode(arguments);
            var report = node.GetHealthAsync(CancellationToken.None).GetAwaiter().GetResult();
            if (arguments.GetValue(metrics) is { } file)
            {
                PrometheusText.Save(report, file);
            }

            if (arguments.GetValue(html) is { } page)
            {
                File.WriteAllText(page, HealthPage.Write(report, node.GetHealthHistory(), node.Operations.History(1_000)));
            }

            Write(session, report);
            return report.Status switch
            {
                HealthStatus.Ok => ExitCode.Done,
                HealthStatus.Warning => ExitCode.DoneWithErrors,
                _ => ExitCode.Failed,
            };
        });
    }

    private static void Write(Session session, HealthReport report)
    {
        if (session.Json)
        {
            session.Output.JsonLine(HealthJson.Write, report);
            return;
        }

        var table = new Table(session.Output, session.Width, new("state"), new("check"), new("message", Minimum: 30));
        foreach (var check in report.Checks.OrderByDescending(c => c.Status))
        {
            table.Row(check.Status.ToString().ToLowerInvariant(), check.Name, check.Message);
        }

        table.Complete();
        session.Say(report.RpoSeconds is { } seconds ? $"What changed in the last {Quantity.Time(seconds)} could be lost with the server." : "There is no whole backup yet.");
    }
}
