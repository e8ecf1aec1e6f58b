namespace MailBackup.Configuration;

/// <summary>Reads a password from where it may lie: a file that its owner alone can read, or the environment. Never the backup path.</summary>
internal static class Secret
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Throws <c>PasswordFileUnusable</c>.</summary>
    /// <param name="file">Its first line is the password; null takes the variable.</param>
    /// <param name="whose">For people: <c>backup at imaps://mail.example.com</c>.</param>
    /// <param name="option">Where the file is named.</param>
    public static string Read(string? file, string variable, string whose, string option)
    {
        if (file is not { Length: > 0 })
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } password
                ? password
                : throw Unusable($"There is neither a password file nor {variable} for {whose}.", file, option, null);
        }

        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
            {
                throw Unusable($"The password file {file} can be read or written by others than its owner.", file, option, null);
            }

            return File.ReadLines(file).FirstOrDefault()?.TrimEnd() is { Length: > 0 } line ? line : throw Unusable($"The password file {file} is empty.", file, option, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"The password file {file} cannot be read: {e.Message}", file, option, e);
        }
    }

    private static MailBackupException Unusable(string problem, string? file, string option, Exception? inner) => new(
        ErrorIds.PasswordFileUnusable, problem, $"Name a file whose first line is the password, with mode 600, by '{option} FILE'.", file, inner);
}
