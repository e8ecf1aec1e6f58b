namespace MailBackup.Cli.Output;

/// <summary>Whoever read our output has gone (<c>mailbackup items | head</c>): nothing is wrong, and nothing more is to be written.</summary>
internal sealed class BrokenPipeException() : IOException("The reader of the output has closed it.");
