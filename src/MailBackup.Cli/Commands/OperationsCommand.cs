using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Parsing;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>operations</c>: the queue, its history, and stopping what is in it.</summary>
internal static class OperationsCommand
{
    public static readonly CommandSpec Spec = new(
        "operations",
        "List running and queued operations or those that have ended, or stop them.",
        Build,
        """
        mailbackup operations
        mailbackup operations --history
        mailbackup operations --history --id 1a2b3c4d      # one operation, with all that failed in it
        mailbackup operations --stop 1a2b3c4d              # the first letters of the id are enough
        mailbackup operations --stop all
        """);

    private static void Build(Command command, Session session)
    {
        var history = new Option<bool>("--history") { Description = "Operations that have ended, newest first." };
        var limit = new Option<string>("--limit") { Description = "How many of the history; default: 100.", HelpName = "NUMBER" };
        var id = new Option<string>("--id", "-i") { Description = "Only this operation, with its whole report.", HelpName = "ID" };
        var stop = new Option<string>("--stop")
        {
            Description = "Stop this operation at its next batch, or all that run or wait; what they reported is durable.",
            HelpName = "ID|all",
        };
        command.Options.Add(history);
        command.Options.Add(limit);
        command.Options.Add(id);
        command.Options.Add(stop);
        command.SetAction(arguments =>
        {
            int count = Numbers.Parse(arguments.GetValue(limit), "--limit") ?? 100;
            using var node = session.OpenNode(arguments);
            if (arguments.GetValue(stop) is { } which)
            {
                return Stop(session, node.Operations, which);
            }

            if (arguments.GetValue(id) is { } one)
            {
                OperationOutput.WriteOne(session, Find(node.Operations, one, ended: true));
                return ExitCode.Done;
            }

            OperationOutput.Write(session, arguments.GetValue(history) ? node.Operations.History(count) : node.Operations.List());
            return ExitCode.Done;
        });
    }

    private static int Stop(Session session, OperationQueue queue, string which)
    {
        int count = which == "all" ? queue.RequestStopAll() : queue.RequestStop(Find(queue, which, ended: false).Id) ? 1 : 0;
        if (session.Json)
        {
            session.Output.JsonLine(StopJson.Write, count);
        }
        else
        {
            session.Say(count switch
            {
                0 => "Nothing runs or waits.",
                1 => "One operation was asked to stop.",
                _ => $"{count} operations were asked to stop.",
            });
        }

        return ExitCode.Done;
    }

    /// <summary>By the id or the first letters of it. Throws <c>OperationNotFound</c>.</summary>
    internal static Operation Find(OperationQueue queue, string text, bool ended)
    {
        if (Guid.TryParse(text, out var id) && queue.Find(id) is { } exact)
        {
            return exact;
        }

        IEnumerable<Operation> known = ended ? queue.List().Concat(queue.History(10_000)) : queue.List();
        Operation[] found = [.. known.Where(o => text.Length >= 4 && o.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return found.Length == 1
            ? found[0]
            : throw new MailBackupException(
                ErrorIds.OperationNotFound,
                found.Length == 0 ? $"There is no operation {text}{(ended ? "" : " running or waiting")}." : $"{text} is the beginning of several operations.",
                ended ? "See mailbackup operations and mailbackup operations --history." : "See mailbackup operations.",
                text);
    }
}
