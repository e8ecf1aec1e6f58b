using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Configuration;

namespace MailBackup.Cli;

/// <summary>One run of the command: its surroundings, the options that every command has, and where its words go.</summary>
internal sealed class Session : IDisposable
{
    public Session(CommandHost host, bool json, bool quiet)
    {
        Host = host;
        Json = json;
        Quiet = quiet;
        Output = new OutputWriter(host.Output, host.OutputIsTerminal);
    }

    public CommandHost Host { get; }

    public OutputWriter Output { get; }

    public bool Json { get; }

    public bool Quiet { get; }

    public Option<string> BackupPath { get; } = new("--backup-path", "-b")
    {
        Description = "Folder of the backup; default: the environment variable MAILBACKUP_PATH.",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public Option<string[]> Notify { get; } = new("--notify")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Mail address that is told when the operation ends, and of a restore also when it begins; may be repeated.",
        HelpName = "ADDRESS",
    };

    /// <summary>The addresses given with <c>--notify</c>.</summary>
    public string[] NotifyAddresses { get; set; } = [];

    /// <summary>What the command ends with when nobody reads its output any more; set once its work is done.</summary>
    public int OutcomeOfClosedPipe { get; set; } = ExitCode.Done;

    /// <summary>The exit code of the signal that stopped the command, once there was one.</summary>
    public int? StoppedBySignal { get; set; }

    public int Width => Host.OutputIsTerminal ? Host.TerminalWidth() : CommandHost.DefaultWidth;

    /// <summary>The engine looks for its home in the environment of the process; here it is that of the run.</summary>
    public NodeOptions NodeOptions => new() { Home = Host.Environment("MAILBACKUP_HOME") is { Length: > 0 } home ? home : null };

    public DateTimeOffset ToLocal(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Host.Clock.LocalTimeZone);

    /// <summary>Absolute. Throws <c>BackupPathNotSet</c>.</summary>
    public string ReadBackupPath(ParseResult arguments)
    {
        string? path = arguments.GetValue(BackupPath);
        path = string.IsNullOrWhiteSpace(path) ? Host.Environment("MAILBACKUP_PATH") : path;
        return string.IsNullOrWhiteSpace(path)
            ? throw new MailBackupException(
                ErrorIds.BackupPathNotSet,
                "No backup path is given.",
                "Give --backup-path FOLDER, or set the environment variable MAILBACKUP_PATH.")
            : Path.GetFullPath(path);
    }

    public BackupNode OpenNode(ParseResult arguments)
    {
        var node = BackupNode.Open(ReadBackupPath(arguments), NodeOptions);
        if (node.ExposureNotice is { } notice)
        {
            Warn(notice);
        }

        return node;
    }

    /// <summary>For commands that only read: another server's backup path and exports too, said on standard error.</summary>
    public BackupNode OpenNodeForReading(ParseResult arguments)
    {
        var node = BackupNode.OpenForReading(ReadBackupPath(arguments), NodeOptions);
        node.Warn = Warn;
        if (node.ForeignNotice is { } notice && !Quiet)
        {
            Warn("mailbackup: " + notice);
        }

        return node;
    }

    /// <summary>A line for people on standard output: nothing with --json or --quiet.</summary>
    public void Say(string text)
    {
        if (!Json && !Quiet)
        {
            Output.Line(TextCleaner.Clean(text));
        }
    }

    /// <summary>A line for people on standard error that is no error of the command.</summary>
    public void Warn(string text)
    {
        if (!Json)
        {
            Host.Error.WriteLine(TextCleaner.Clean(text));
        }
    }

    /// <summary>The error that ends the command.</summary>
    public void ReportError(string id, string message)
    {
        Host.Error.WriteLine(Json ? OutputWriter.ToJsonText(ErrorJson.Write, (id, message)) : "mailbackup: " + TextCleaner.Clean(message));
        Host.Error.Flush();
    }

    public void Dispose() => Output.Dispose();
}
