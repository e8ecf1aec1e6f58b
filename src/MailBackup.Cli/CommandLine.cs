using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MailBackup.Cli.Parsing;

namespace MailBackup.Cli;

/// <summary>
/// The command <c>mailbackup</c>: parses, runs one command over the engine, turns every end into an exit code
/// (<see cref="ExitCode"/>). No stack trace reaches a user.
/// </summary>
/// <remarks>
/// The command waits for the engine instead of awaiting it: it has one thing to do, and every async method of its own would have to be
/// compiled at start-up.
/// </remarks>
public static class CommandLine
{
    public static int Run(string[] args, CommandHost host)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(host);

        // Read ahead of parsing: a wrong command line is reported as JSON too.
        using var session = new Session(host, args.Contains("--json"), args.Contains("--quiet") || args.Contains("-q"));
        int code;
        try
        {
            code = Invoke(args, session);
            session.Output.Flush();
        }
#pragma warning disable CA1031 // The outermost place: whatever happened becomes a sentence and an exit code.
        catch (Exception error)
#pragma warning restore CA1031
        {
            code = Failure.Report(error, session);
        }

        return code;
    }

    private static int Invoke(string[] args, Session session)
    {
        // An argument that begins with @ is an argument, not a file to read more from.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var result = BuildRoot(args, session).Parse(args, parser);
        if (result.Action is ParseErrorAction)
        {
            string command = result.CommandResult.Command is RootCommand ? "" : result.CommandResult.Command.Name + " ";
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                string.Join(' ', result.Errors.Select(e => e.Message)),
                $"See mailbackup {command}--help.");
        }

        OptionValues.Validate(result);
        session.NotifyAddresses = result.GetValue(session.Notify) ?? [];
        using var text = new StringWriter();
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = text,
            Error = session.Host.Error,
        };
        int code = result.Invoke(invocation);
        if (text.GetStringBuilder().Length > 0)
        {
            session.Output.Line(text.ToString().AsSpan().TrimEnd());
        }

        return code;
    }

    internal static RootCommand BuildRoot(string[] args, Session session)
    {
        var root = new RootCommand("Keeps the whole history of every item of a mail server and puts any of it back, as it was at any moment.");
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    help.Action = new HelpWithExamples((HelpAction)help.Action!, session);
                    break;
                case VersionOption version:
                    version.Action = new VersionAction();
                    break;
            }
        }

        root.Options.Add(session.BackupPath);
        root.Options.Add(new Option<bool>("--json")
        {
            Description = "Write one JSON object a line; errors as JSON on standard error.",
            Recursive = true,
        });
        root.Options.Add(new Option<bool>("--quiet", "-q") { Description = "No progress and no summary; errors are still written.", Recursive = true });

        // Shell completion asks about commands that are not typed yet.
        bool all = args.Length > 0 && args[0].StartsWith('[');
        foreach (var spec in CommandCatalog.All)
        {
            var command = new Command(spec.Name, spec.Description);
            if (all || args.Contains(spec.Name))
            {
                spec.Build(command, session);
                if (spec.StartsOperation)
                {
                    command.Options.Add(session.Notify);
                }
            }

            root.Subcommands.Add(command);
        }

        root.SetAction(NoCommand);
        return root;
    }

    private static int NoCommand(ParseResult arguments) =>
        throw new MailBackupException(ErrorIds.ArgumentInvalid, "No command is given.", "See mailbackup --help.");
}
