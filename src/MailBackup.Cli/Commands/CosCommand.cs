using System.CommandLine;
using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;

namespace MailBackup.Cli.Commands;

/// <summary><c>cos</c>: which classes of service are backed up.</summary>
internal static class CosCommand
{
    public static readonly CommandSpec Spec = new(
        "cos",
        "List the classes of service of the directory; take one out of the backup, or in again.",
        Build,
        """
        mailbackup cos
        mailbackup cos disable --cos students      # the next scan treats its accounts as deleted
        mailbackup cos enable --cos students       # … and this makes them active again
        """);

    private static void Build(Command command, Session session)
    {
        var action = new Argument<string>("action")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "get (the default), enable or disable.",
            HelpName = "get|enable|disable",
        };
        var names = new Option<string[]>("--cos", "-c") { Description = "Name of the COS; may be repeated.", HelpName = "NAME" };
        command.Arguments.Add(action);
        command.Options.Add(names);
        command.SetAction(arguments =>
        {
            string what = arguments.GetValue(action) ?? "get";
            string[] named = arguments.GetValue(names) ?? [];
            if (what is not ("get" or "enable" or "disable"))
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{what}' is none of get, enable, disable.", "See mailbackup cos --help.", what);
            }

            if (what != "get" && named.Length == 0)
            {
                throw new MailBackupException(ErrorIds.ArgumentInvalid, "No COS is named.", "Give --cos NAME.");
            }

            using var node = session.OpenNode(arguments);
            foreach (string cos in what == "get" ? [] : named)
            {
                Set(session, node, cos, what == "enable");
            }

            Write(session, node, named);
            return ExitCode.Done;
        });
    }

    private static void Set(Session session, BackupNode node, string cos, bool enable)
    {
        bool changed = node.SetCosBackupAsync(cos, enable, CancellationToken.None).GetAwaiter().GetResult();
        session.Say(!changed ? $"COS {cos} is {(enable ? "enabled" : "disabled")} already."
            : enable ? $"COS {cos} is enabled: the next scan takes up its accounts again."
            : $"COS {cos} is disabled: the next scan leaves its accounts out and flags them deleted.");
    }

    private static void Write(Session session, BackupNode node, string[] named)
    {
        var classes = node.GetCosBackupsAsync(CancellationToken.None).GetAwaiter().GetResult()
            .Where(c => named.Length == 0 || named.Contains(c.Cos, StringComparer.OrdinalIgnoreCase)).ToList();
        if (named.FirstOrDefault(n => !classes.Any(c => c.Cos.Equals(n, StringComparison.OrdinalIgnoreCase))) is { } missing)
        {
            throw new MailBackupException(
                ErrorIds.CosNotFound, $"The directory has no COS {missing}.", "See 'mailbackup cos' for the names that it has.", missing);
        }

        if (session.Json)
        {
            foreach (var cos in classes)
            {
                session.Output.JsonLine(CosJson.Write, cos);
            }

            return;
        }

        var table = new Table(session.Output, session.Width, new("cos", Minimum: 12), new("backup"), new("accounts"), new("notes", Minimum: 12));
        foreach (var cos in classes)
        {
            table.Row(cos.Cos, cos.Enabled ? "enabled" : "disabled", cos.Members.ToString("N0", CultureInfo.InvariantCulture), cos.Notes.ReplaceLineEndings(" "));
        }

        table.Complete();
    }
}
