using MailBackup.Storage;

namespace MailBackup.Cli.Commands;

/// <summary>Descriptions that several commands share.</summary>
internal static class CommonText
{
    public const string Account = "Address of the account, user@domain.";

    public const string At =
        "As it was at this moment: 2026-03-01 (its first second), 2026-03-01T14:30 (local time), 2026-03-01T14:30:00Z, now, today, "
        + "yesterday (this time of day), -3d, -2h, -30m.";

    /// <summary>Of the options --deleted and --all.</summary>
    public static ItemSelection Selection(bool deleted, bool all) => (deleted, all) switch
    {
        (true, true) => throw new MailBackupException(
            ErrorIds.ArgumentInvalid, "--deleted and --all exclude each other.", "Give one of them: --all lists deleted items too."),
        (true, false) => ItemSelection.Deleted,
        (false, true) => ItemSelection.All,
        _ => ItemSelection.Living,
    };
}
