using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>
/// Understands what a server says unasked, by NOTIFY (RFC 5465 §4) or within IDLE (RFC 2177): one response in, one change out. Knows no socket. Whatever it
/// cannot read counts as a change of the account, so that a strange server costs a look and never a change.
/// </summary>
/// <param name="selected">Key of the folder that is open; null when none is.</param>
/// <param name="utf8">Names of folders come in UTF-8.</param>
internal sealed class ChangeReader(string? selected, bool utf8)
{
    /// <param name="text">One whole response.</param>
    /// <param name="folder">Key of the folder; set for <see cref="WatchedChange.Folder"/>.</param>
    public WatchedChange Take(ReadOnlySpan<byte> text, out string? folder)
    {
        folder = null;
        try
        {
            var line = ResponseLine.Parse(text);
            if (!line.IsUntagged)
            {
                return WatchedChange.None;
            }

            if (line.Status is { } status)
            {
                return OfStatus(status);
            }

            if (line.Is("STATUS"u8))
            {
                folder = FolderNames.ToKey(StatusData.Parse(line.Body).Name, utf8);
                return WatchedChange.Folder;
            }

            return line.Is("LIST"u8) || line.Is("LSUB"u8) ? WatchedChange.Account : OfSelected(line, out folder);
        }
        catch (ImapProtocolException)
        {
            folder = null;
            return WatchedChange.Account;
        }
    }

    /// <summary>The same of a response that came while folders were asked for: then LIST and STATUS are answers, and so is NO (of a folder that cannot be opened).</summary>
    public WatchedChange TakeBesideAnswers(ReadOnlySpan<byte> text, out string? folder)
    {
        folder = null;
        var line = ResponseLine.Parse(text);
        return !line.IsUntagged ? WatchedChange.None
            : line.Status is { } status ? IsOverflow(status) ? WatchedChange.Lost : WatchedChange.None
            : OfSelected(line, out folder);
    }

    // Dovecot says NO when it could not follow a change; a full disk (ALERT) is told in the same way and is none.
    private static WatchedChange OfStatus(StatusLine status) =>
        IsOverflow(status) || (status.Kind is StatusKind.No or StatusKind.Bad && !status.Is("ALERT")) ? WatchedChange.Lost : WatchedChange.None;

    /// <summary>RFC 5465 §5.8: from here on the server is silent.</summary>
    private static bool IsOverflow(StatusLine status) => status.Is("NOTIFICATIONOVERFLOW");

    private WatchedChange OfSelected(ResponseLine line, out string? folder)
    {
        folder = null;
        if (line.Is("EXPUNGE"u8) || line.Is("VANISHED"u8))
        {
            // Perhaps it has moved: both folders belong into one transaction.
            return WatchedChange.Account;
        }

        if (!line.Is("EXISTS"u8) && !line.Is("FETCH"u8))
        {
            return WatchedChange.None;
        }

        folder = selected;
        return selected is null ? WatchedChange.Account : WatchedChange.Folder;
    }
}
