using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap;

/// <summary>What a fault of the protocol means to whoever scans or restores.</summary>
internal static class ImapErrors
{
    /// <summary>An account as a whole.</summary>
    public static MailBackupException Unreadable(ImapSettings settings, string account, ImapException e) => new(
        ErrorIds.SourceUnreadable,
        $"It cannot be read at {settings.Url}: {e.Message}.",
        e switch
        {
            ImapRefusedException => "Correct the settings of the IMAP server, then scan again.",
            ImapCommandException c when !Backoff.IsTransient(c) =>
                $"Check that the account is there, and that {settings.Administrator} may act for it with this password.",
            _ => "Nothing of it was flagged deleted; it is read again at the next scan.",
        },
        account,
        e);

    public static FolderReadException Unreadable(ImapSettings settings, SourceFolder folder, ImapException e) =>
        new(folder.Path, $"it cannot be listed at {settings.Url}: {e.Message}", e);
}
