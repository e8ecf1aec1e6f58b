using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>fix-shares</c>: points shares that lead nowhere to what their targets are called here.</summary>
internal static class FixSharesCommand
{
    public static readonly CommandSpec Spec = new(
        "fix-shares",
        "Point shares that lead nowhere to what their targets are called on this server, as a map of names says.",
        Build,
        """
        mailbackup fix-shares --id-map names.txt --what-if
        mailbackup fix-shares --id-map names.txt                     # lines: bob@old.example.com bob@example.com
        mailbackup fix-shares --id-map names.txt --account alice@example.org
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var map = new Option<string>("--id-map") { Description = "File with one pair a line, the old name and the new; or an id_mapper.log.", HelpName = "FILE", Required = true };
        var accounts = new Option<string[]>("--account", "-a") { Description = CommonText.Account + " May be repeated. Default: every account.", HelpName = "ADDRESS" };
        var whatIf = new Option<bool>("--what-if") { Description = "List what would be changed, and change nothing." };
        foreach (var option in (Option[])[map, accounts, whatIf])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var request = new ShareRepairRequest { IdMap = Path.GetFullPath(arguments.GetValue(map)!), Accounts = arguments.GetValue(accounts) ?? [] };
            using var node = session.OpenNode(arguments);
            return arguments.GetValue(whatIf) ? List(session, node, request) : new OperationRunner(session, node).Run(request);
        });
    }

    private static int List(Session session, BackupNode node, ShareRepairRequest request)
    {
        bool whole = true;
        var plan = node.PlanShareRepairAsync(
            request,
            trouble =>
            {
                whole = false;
                session.Warn($"{trouble.Account}: {trouble.Reason}");
            },
            CancellationToken.None).GetAwaiter().GetResult();
        foreach (var (share, to) in plan)
        {
            if (session.Json)
            {
                session.Output.JsonLine(ShareInfoJson.WritePlanned, (share, to));
            }
            else
            {
                session.Output.Line($"{share.Account}  {CheckSharesCommand.Describe(share)}{(to is null ? ": the map does not say what it is here" : $" -> {to}")}");
            }
        }

        session.Say($"{Quantity.Count(plan.Count(p => p.To is not null), "share", "shares")} would be repaired.");
        return whole && plan.All(p => p.To is not null) ? ExitCode.Done : ExitCode.DoneWithErrors;
    }
}
