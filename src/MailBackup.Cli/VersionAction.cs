using System.CommandLine;
using System.CommandLine.Invocation;

namespace MailBackup.Cli;

/// <summary><c>--version</c>: the version of this command, whatever process runs it.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine("mailbackup " + typeof(VersionAction).Assembly.GetName().Version?.ToString(3));
        return ExitCode.Done;
    }
}
