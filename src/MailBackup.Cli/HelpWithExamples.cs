using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MailBackup.Cli;

/// <summary>The help that the library makes of the options, then examples.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction _help;

    public HelpWithExamples(HelpAction help, Session session)
    {
        _help = help;
        if (!session.Host.OutputIsTerminal)
        {
            _help.MaxWidth = CommandHost.DefaultWidth;
        }
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = _help.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string line in CommandCatalog.ExamplesOf(command.Name).Split('\n'))
        {
            output.WriteLine("  " + line);
        }

        if (command is RootCommand)
        {
            output.WriteLine();
            output.WriteLine(CommandCatalog.RootNotes);
        }

        return code;
    }
}
