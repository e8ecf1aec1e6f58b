using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap;

/// <summary>What a fault of the protocol means to whoever scans or restores.</summary>
internal static class ImapErrors
{
    /// <param name="folder">Null for the account as a whole.</param>
    public static MailBackupException Unreadable(ImapSettings settings, string account, string? folder, ImapException e) => new(
        ErrorIds.SourceUnreadable,
        $"{account}{(folder is null ? "" : ", " + folder)} cannot be read at {settings.Url}: {e.Message}.",
        e switch
        {
            ImapRefusedException => "Correct the settings of the IMAP server, then scan again.",
            ImapCommandException c when folder is null && !c.Is("UNAVAILABLE") =>
                $"Check that the account is there, and that {settings.Administrator} may act for it with this password.",
            _ => "Nothing of it was flagged deleted; it is read again at the next scan.",
        },
        account,
        e);
}
