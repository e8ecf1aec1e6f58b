using System.CommandLine;

namespace MailBackup.Cli;

/// <summary>A command before it is built: only the one that was asked for gets its options, the others are names for the help.</summary>
/// <param name="Build">Adds options and action.</param>
/// <param name="Examples">Lines for the end of the help, with explanations as <c>#</c> comments.</param>
internal sealed record CommandSpec(string Name, string Description, Action<Command, Session> Build, string Examples)
{
    /// <summary>It queues an operation: it gets the option <c>--notify</c>.</summary>
    public bool StartsOperation { get; init; }
}
