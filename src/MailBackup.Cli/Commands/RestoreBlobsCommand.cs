using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Model;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>restore-blobs</c>: puts back content that the mail server has lost.</summary>
internal static class RestoreBlobsCommand
{
    public static readonly CommandSpec Spec = new(
        "restore-blobs",
        "Put back content that the mail server has lost of living items: files that are missing, empty or damaged.",
        Build,
        """
        mailbackup restore-blobs --what-if
        mailbackup restore-blobs --account alice@example.org
        mailbackup restore-blobs --loss empty damaged --read-data
        mailbackup restore-blobs --account alice@example.org --at 2026-03-01    # a later scan has seen damaged content
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var accounts = new Option<string[]>("--account", "-a") { Description = CommonText.Account + " May be repeated. Default: every account.", HelpName = "ADDRESS" };
        var at = new Option<string>("--at") { Description = "The content is right as it was at this moment. Default: what the last scan saw.", HelpName = "DATE" };
        var loss = new Option<string[]>("--loss")
        {
            AllowMultipleArgumentsPerToken = true,
            Description = "Look for these losses only: missing, empty, damaged.",
            HelpName = "LOSS",
        };
        var readData = new Option<bool>("--read-data") { Description = "Read and compare every content on the server; else its length tells." };
        var whatIf = new Option<bool>("--what-if") { Description = "List what would be put back, and change nothing." };
        foreach (var option in (Option[])[accounts, at, loss, readData, whatIf])
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var request = new BlobRestoreRequest
            {
                Accounts = arguments.GetValue(accounts) ?? [],
                At = PointInTime.Parse(arguments.GetValue(at), session.Host.Clock),
                ReadData = arguments.GetValue(readData),
            };
            if (arguments.GetValue(loss) is { Length: > 0 } losses)
            {
                request = request with { Losses = [.. losses.Select(ParseLoss)] };
            }

            using var node = session.OpenNode(arguments);
            return arguments.GetValue(whatIf) ? List(session, node, request) : new OperationRunner(session, node).Run(request);
        });
    }

    private static ContentLoss ParseLoss(string text) => Enum.TryParse<ContentLoss>(text, ignoreCase: true, out var loss) && Enum.IsDefined(loss) && char.IsLetter(text[0])
        ? loss : throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{text}' is no loss.", "Give missing, empty or damaged.", text);

    private static int List(Session session, BackupNode node, BlobRestoreRequest request)
    {
        bool whole = true;
        var lost = node.FindLostContentAsync(
            request,
            trouble =>
            {
                whole = false;
                session.Warn($"{trouble.Account}, {trouble.Path}: {trouble.Reason}");
            },
            CancellationToken.None).ToBlockingEnumerable();
        long count = 0;
        foreach (var content in lost)
        {
            count++;
            if (session.Json)
            {
                session.Output.JsonLine(LostContentJson.Write, content);
            }
            else
            {
                session.Output.Line($"{content.Account}  {content.Id,8}  {content.Loss,-8}  {Quantity.Size(content.Size),9}  {content.Folder}/{content.Key}");
            }
        }

        session.Say($"{Quantity.Count(count, "content", "contents")} would be put back.");
        return whole ? ExitCode.Done : ExitCode.DoneWithErrors;
    }
}
