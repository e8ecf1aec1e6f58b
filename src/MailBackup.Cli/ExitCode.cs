namespace MailBackup.Cli;

/// <summary>The exit codes of the command; scripts rely on them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Done, but some items failed.</summary>
    public const int DoneWithErrors = 1;

    public const int WrongUsage = 2;

    public const int Failed = 3;

    /// <summary>Stopped by Ctrl+C; by SIGTERM. 128 and the number of the signal, as shells have it.</summary>
    public const int Interrupted = 130;

    public const int Terminated = 143;

    /// <summary>The exit code of an error that ended the command.</summary>
    public static int Of(MailBackupException error) => error.IsUsageError ? WrongUsage : Failed;
}
