namespace MailBackup.Cli;

/// <summary>Stable ids of the errors that only the command has; all others are the engine's <see cref="ErrorIds"/>.</summary>
internal static class CliErrorIds
{
    public const string OutputFileExists = nameof(OutputFileExists);
    public const string OutputNotWritable = nameof(OutputNotWritable);
    public const string AccessDenied = nameof(AccessDenied);
    public const string FileSystemFailed = nameof(FileSystemFailed);
}
