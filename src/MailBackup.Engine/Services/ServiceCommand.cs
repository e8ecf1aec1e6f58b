namespace MailBackup.Services;

/// <summary>Finds the command <c>mailbackup</c>, which the service is.</summary>
public static class ServiceCommand
{
    /// <summary>Names it where it is not on the path.</summary>
    public const string Variable = "MAILBACKUP_COMMAND";

    /// <param name="given">Where it is, when the caller knows.</param>
    /// <returns>Absolute.</returns>
    /// <exception cref="MailBackupException"><c>ServiceCommandNotFound</c>.</exception>
    public static string Find(string? given)
    {
        string? named = string.IsNullOrEmpty(given) ? Environment.GetEnvironmentVariable(Variable) : given;
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? Path.GetFullPath(named) : throw NotFound($"There is no {named}.", named);
        }

        if (Environment.ProcessPath is { } self && Path.GetFileName(self) == "mailbackup")
        {
            return self;
        }

        string[] folders = Environment.GetEnvironmentVariable("PATH")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return folders.Select(f => Path.Combine(f, "mailbackup")).FirstOrDefault(File.Exists)
            ?? throw NotFound("The command mailbackup, which the service is, is not on the path.", null);
    }

    private static MailBackupException NotFound(string problem, string? target) => new(
        ErrorIds.ServiceCommandNotFound, problem, $"Install it, or name it with --command or the environment variable {Variable}.", target);
}
