namespace MailBackup.Configuration;

/// <summary>Who does what is being recorded, for people who look into it years later.</summary>
internal static class Actor
{
    /// <summary><c>user@machine</c>; behind sudo the person too, not only root.</summary>
    public static string Name
    {
        get
        {
            string user = $"{Environment.UserName}@{Environment.MachineName}";
            return Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person && person != Environment.UserName ? $"{person} as {user}" : user;
        }
    }
}
