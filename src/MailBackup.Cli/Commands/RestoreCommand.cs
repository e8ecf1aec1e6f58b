using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>restore</c>: puts items back onto the server.</summary>
internal static class RestoreCommand
{
    public static readonly CommandSpec Spec = new(
        "restore",
        "Put items back onto the server, as they were last or at a moment. What is there already is left alone.",
        Build,
        """
        mailbackup restore --account alice@example.org --id 12
        mailbackup restore --account alice@example.org --id 12 13 14 --at yesterday
        mailbackup restore --account alice@example.org --id 12 --folder Restored
        mailbackup restore --account alice@example.org --id 12 --to bob@example.org
        mailbackup restore --account alice@example.org --at 2026-03-01
        mailbackup restore
        mailbackup restore --operation 1a2b3c4d            # what that restore could not restore, and nothing else
        mailbackup restore --account alice@example.org --digest 1axVWm9LpujQDtFOp5dcryiK3IVsoZ5tVhA+O0XpdMk   # content without metadata
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var account = new Option<string>("--account", "-a") { Description = CommonText.Account + " Default: every account.", HelpName = "ADDRESS" };
        var ids = new Option<string[]>("--id", "-i")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Number of an item; several with spaces or commas, or by repeating the option. Default: all that the account had.",
            HelpName = "ID",
            AllowMultipleArgumentsPerToken = true,
        };
        var at = new Option<string>("--at")
        {
            Description = CommonText.At + " Default: the latest state in which each was not deleted.",
            HelpName = "DATE",
        };
        var folder = new Option<string>("--folder", "-f")
        {
            Description = "Folder (path) to restore into. Default: the one that the item was in.",
            HelpName = "PATH",
        };
        var to = new Option<string>("--to") { Description = "Account to restore into. Default: the items' own.", HelpName = "ADDRESS" };
        var operation = new Option<string>("--operation")
        {
            Description = "Repeat this restore for the items that it could not restore; one that ended early, as a whole.",
            HelpName = "ID",
        };
        var digests = new Option<string[]>("--digest")
        {
            AllowMultipleArgumentsPerToken = true,
            Description = $"Restore messages of which only the digest of their content is known, without metadata, into --folder (default: {RawRestoreRequest.DefaultFolder}).",
            HelpName = "DIGEST",
        };
        command.Options.Add(digests);
        command.Options.Add(account);
        command.Options.Add(ids);
        command.Options.Add(at);
        command.Options.Add(folder);
        command.Options.Add(to);
        command.Options.Add(operation);
        command.SetAction(arguments =>
        {
            var request = new RestoreRequest
            {
                Account = arguments.GetValue(account),
                Items = [.. Numbers.ParseIds(arguments.GetValue(ids)).Select(i => i.Value).Distinct()],
                At = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock),
                Folder = arguments.GetValue(folder),
                To = arguments.GetValue(to),
            };
            using var node = session.OpenNode(arguments);
            if (arguments.GetValue(digests) is { Length: > 0 } contents)
            {
                return new OperationRunner(session, node).Run(Raw(request, contents, arguments.GetValue(operation)));
            }

            if (arguments.GetValue(operation) is { } id)
            {
                return request is { Account: null, Items.Count: 0, At: null, Folder: null, To: null }
                    ? Again(session, node, id)
                    : throw new MailBackupException(
                        ErrorIds.ArgumentInvalid, "--operation repeats a restore as it was.", "Leave the other options out.");
            }

            return new OperationRunner(session, node).Run(request);
        });
    }

    private static RawRestoreRequest Raw(RestoreRequest request, string[] digests, string? operation) =>
        request is { Account: { } account, Items.Count: 0, At: null, To: null } && operation is null
            ? new RawRestoreRequest { Account = account, Digests = digests, Folder = request.Folder ?? RawRestoreRequest.DefaultFolder }
            : throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "--digest needs --account, and takes no other option than --folder.", "Name the account that gets the messages.");

    /// <returns>The worst exit code of the restores.</returns>
    private static int Again(Session session, BackupNode node, string id)
    {
        int code = ExitCode.Done;
        foreach (var request in RestoreAgain.Of(OperationsCommand.Find(node.Operations, id, ended: true)))
        {
            code = Math.Max(code, new OperationRunner(session, node).Run(request));
            if (session.StoppedBySignal is not null)
            {
                break;
            }
        }

        return code;
    }
}
