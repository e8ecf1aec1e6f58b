using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>restore-account</c>: an account as a new one, or a deleted account as itself.</summary>
internal static class RestoreAccountCommand
{
    public static readonly CommandSpec Spec = new(
        "restore-account",
        "Restore an account whole: as a new account beside it, or a deleted one as itself.",
        Build,
        """
        mailbackup restore-account --account alice@example.org                                    # a deleted account
        mailbackup restore-account --account alice@example.org --as alice.march@example.org --at 2026-03-01
        mailbackup restore-account --account alice@example.org --as hold@example.org --hide-from-gal --include-deleted
        """);

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account, HelpName = "ADDRESS", Required = true };
        var target = new Option<string>("--as")
        {
            Description = "Address of the new account. Default: a deleted account is restored as itself.",
            HelpName = "ADDRESS",
        };
        var at = new Option<string>("--at") { Description = CommonText.At + " Default: its latest state.", HelpName = "DATE" };
        var hide = new Option<bool>("--hide-from-gal") { Description = "Keep the new account out of the global address list." };
        var deleted = new Option<bool>("--include-deleted")
        {
            Description = "Also what had been deleted by then, in its last folder and with the tag deleted_DD_MM_YY, for a legal hold.",
        };
        var since = new Option<string>("--deleted-after") { Description = "Of the deleted items, only those deleted since this moment.", HelpName = "DATE" };
        foreach (var option in (Option[])[account, target, at, hide, deleted, since])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var request = new AccountRestoreRequest
            {
                Account = arguments.GetValue(account)!,
                As = arguments.GetValue(target),
                At = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock),
                HideFromGal = arguments.GetValue(hide),
                IncludeDeleted = arguments.GetValue(deleted),
                DeletedAfter = PointInTime.Parse(arguments.GetValue(since), session.Host.Clock),
            };
            using var node = session.OpenNode(arguments);
            return new OperationRunner(session, node).Run(request);
        });
    }
}
