using MailBackup.Cli.Output;

namespace MailBackup.Cli;

/// <summary>Turns whatever ended a command into one sentence and an exit code.</summary>
internal static class Failure
{
    public static int Report(Exception error, Session session)
    {
        if (error is BrokenPipeException)
        {
            return session.OutcomeOfClosedPipe;
        }

        try
        {
            // What was listed before the error is true and stands before it.
            session.Output.Flush();
        }
        catch (IOException)
        {
            // Standard output is gone; the error itself is what matters.
        }

        var (id, message, code) = Describe(error);
        code = error is OperationCanceledException ? session.StoppedBySignal ?? code : code;
        try
        {
            session.ReportError(id, message);
            if (session.Host.Environment("MAILBACKUP_DEBUG") == "1")
            {
                session.Host.Error.WriteLine(error.ToString());
            }
        }
        catch (IOException)
        {
            // Standard error is closed as well: the exit code alone has to tell.
        }

        return code;
    }

    internal static (string Id, string Message, int Code) Describe(Exception error) => error switch
    {
        MailBackupException known => (known.ErrorId, known.Message, ExitCode.Of(known)),
        OperationCanceledException => (ErrorIds.OperationStopped, "Stopped.", ExitCode.Interrupted),
        UnauthorizedAccessException => (
            CliErrorIds.AccessDenied,
            Sentence(error.Message) + " Run the command as the user who owns the files, or give this user access to them.",
            ExitCode.Failed),
        IOException => (
            CliErrorIds.FileSystemFailed,
            Sentence(error.Message) + " Check the disk and the path, then run the command again.",
            ExitCode.Failed),
        AggregateException { InnerException: { } inner } => Describe(inner),
        TypeInitializationException { InnerException: { } inner } => Describe(inner),
        _ => Internal(error),
    };

    private static (string Id, string Message, int Code) Internal(Exception error) => (
        ErrorIds.InternalError,
        $"Something went wrong inside mailbackup: {Sentence(error.Message)} "
            + "Run it again with MAILBACKUP_DEBUG=1 in the environment and report what it prints.",
        ExitCode.Failed);

    /// <summary>One sentence on one line, with a full stop.</summary>
    private static string Sentence(string message)
    {
        message = message.ReplaceLineEndings(" ").Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
