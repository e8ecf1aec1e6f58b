namespace MailBackup.Model;

/// <summary>Why nothing of an account may be purged. An account has at most one hold placed by hand and one placed by the mass-change guard.</summary>
public sealed record LegalHold
{
    public required Guid AccountId { get; init; }

    /// <summary>Address of the account when the hold was placed; <see cref="AccountId"/> is what counts.</summary>
    public required string Account { get; init; }

    /// <summary>True when a scan placed it (mass change), false when an administrator did.</summary>
    public bool Automatic { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>Who placed it: <c>user@machine</c>.</summary>
    public string By { get; init; } = "";

    public DateTimeOffset Since { get; init; }
}
