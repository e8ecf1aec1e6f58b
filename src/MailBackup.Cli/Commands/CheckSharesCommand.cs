using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Model;

namespace MailBackup.Cli.Commands;

/// <summary><c>check-shares</c>: shares of the live server that lead nowhere.</summary>
internal static class CheckSharesCommand
{
    public static readonly CommandSpec Spec = new(
        "check-shares",
        "List shares of the mail server that lead nowhere: folders shared with nobody known, subscriptions to folders that are not there.",
        Build,
        """
        mailbackup check-shares
        mailbackup check-shares --all                                # valid ones too
        mailbackup check-shares --account alice@example.org --json
        """);

    private static void Build(Command command, Session session)
    {
        var accounts = new Option<string[]>("--account", "-a") { Description = CommonText.Account + " May be repeated. Default: every account.", HelpName = "ADDRESS" };
        var all = new Option<bool>("--all") { Description = "List valid shares too." };
        command.Options.Add(accounts);
        command.Options.Add(all);
        command.SetAction(arguments =>
        {
            bool whole = true;
            using var node = session.OpenNode(arguments);
            var shares = node.GetSharesAsync(
                arguments.GetValue(accounts) ?? [],
                trouble =>
                {
                    whole = false;
                    session.Warn($"{trouble.Account}: {trouble.Reason}");
                },
                CancellationToken.None).GetAwaiter().GetResult();
            int broken = shares.Count(s => s.State != ShareState.Valid);
            foreach (var share in shares.Where(s => arguments.GetValue(all) || s.State != ShareState.Valid))
            {
                if (session.Json)
                {
                    session.Output.JsonLine(ShareInfoJson.Write, share);
                }
                else
                {
                    session.Output.Line($"{share.Account}  {Describe(share)}{(share.Reason is { } reason ? $": {reason}" : "")}");
                }
            }

            session.Say($"{Quantity.Count(shares.Count, "share", "shares")}, {(broken == 0 ? "all valid" : $"{Quantity.Count(broken)} of them lead nowhere")}.");
            return whole && broken == 0 ? ExitCode.Done : ExitCode.DoneWithErrors;
        });
    }

    /// <summary>One share in a few words.</summary>
    public static string Describe(ShareInfo share) =>
        share.Kind == ShareKind.Grant ? $"{share.Folder} shared with {share.Target} ({share.Rights})" : $"subscribed to {share.Target}";
}
