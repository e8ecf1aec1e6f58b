using System.Text;
using MailBackup.Cli.Output;

namespace MailBackup.Cli;

/// <summary>
/// The surroundings of one run of the command: where it writes, what its environment says, the clock. A test brings its own, so that many
/// runs fit into one process.
/// </summary>
public sealed record CommandHost
{
    /// <summary>Standard output, as bytes: exported content goes through unchanged.</summary>
    public required Stream Output { get; init; }

    public required TextWriter Error { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal. Asked for only when something is written to one: finding out costs time.</summary>
    public Func<int> TerminalWidth { get; init; } = () => DefaultWidth;

    /// <summary>Its rows.</summary>
    public Func<int> TerminalHeight { get; init; } = () => DefaultHeight;

    public Func<string, string?> Environment { get; init; } = _ => null;

    /// <summary>Now, and the local time zone.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What a table may take when it does not go to a terminal.</summary>
    public const int DefaultWidth = 100;

    /// <summary>Rows of a terminal that does not say.</summary>
    public const int DefaultHeight = 24;

    /// <summary>The surroundings of the process. Goes around <see cref="Console"/> for writing: that hides a closed pipe.</summary>
    public static CommandHost ForProcess() => new()
    {
        Output = new StandardStream(1),
        Error = new StreamWriter(new StandardStream(2), new UTF8Encoding(false), 1024) { AutoFlush = true },
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        TerminalWidth = TerminalSize.ReadWidth,
        TerminalHeight = TerminalSize.ReadHeight,
        Environment = System.Environment.GetEnvironmentVariable,
    };
}
