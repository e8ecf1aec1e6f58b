namespace MailBackup.Cli.Parsing;

/// <summary>Reads the value of an option that switches something on or off. Throws <c>ArgumentInvalid</c>.</summary>
internal static class YesNo
{
    public static bool? Parse(string? given, string option) => given switch
    {
        null => null,
        "yes" or "true" => true,
        "no" or "false" => false,
        _ => throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{given}' is neither yes nor no.", $"Write {option} yes or {option} no.", given),
    };
}
