namespace MailBackup.Configuration;

/// <summary>Where notifications go: mails and by which relay, and a program that is run. The password is not in it: the configuration lies in the backup path.</summary>
public sealed record NotificationConfiguration
{
    /// <summary>The environment variable that holds the relay's password where no file does.</summary>
    public const string PasswordVariable = "MAILBACKUP_SMTP_PASSWORD";

    /// <summary>Host of the mail relay; null sends no mail.</summary>
    public string? SmtpServer { get; init; }

    public int SmtpPort { get; init; } = 25;

    /// <summary>Encrypt by STARTTLS (RFC 3207); a relay that does not offer it is then refused.</summary>
    public bool SmtpStartTls { get; init; }

    /// <summary>User to log in as; null does not log in.</summary>
    public string? SmtpUser { get; init; }

    /// <summary>A file whose first line is the password, readable by its owner alone. Null takes <see cref="PasswordVariable"/>.</summary>
    public string? SmtpPasswordFile { get; init; }

    public string? From { get; init; }

    /// <summary>Administrators: they hear of what is at least of <see cref="Level"/>.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>What is less is told neither to the administrators nor to the hook.</summary>
    public NotificationLevel Level { get; init; } = NotificationLevel.Warning;

    /// <summary>Absolute path of a program that is run with each notification; null runs none.</summary>
    public string? HookCommand { get; init; }

    public IReadOnlyList<string> HookArguments { get; init; } = [];

    /// <summary>Seconds after which the hook is ended.</summary>
    public int HookTimeoutSeconds { get; init; } = 30;

    public bool Equals(NotificationConfiguration? other) => other is not null
        && (SmtpServer, SmtpPort, SmtpStartTls, SmtpUser, SmtpPasswordFile, From)
            == (other.SmtpServer, other.SmtpPort, other.SmtpStartTls, other.SmtpUser, other.SmtpPasswordFile, other.From)
        && (Level, HookCommand, HookTimeoutSeconds) == (other.Level, other.HookCommand, other.HookTimeoutSeconds)
        && To.SequenceEqual(other.To, StringComparer.Ordinal) && HookArguments.SequenceEqual(other.HookArguments, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(SmtpServer, SmtpPort, From, To.Count, HookCommand, Level);
}
