using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Removes messages of the open folder for good, and no other that somebody has marked as deleted.</summary>
internal static class Expunge
{
    /// <exception cref="MailBackupException"><c>ItemRestoreFailed</c>: the server cannot remove these alone. They are marked as deleted.</exception>
    public static async Task RunAsync(ImapConnection connection, string account, IReadOnlyCollection<uint> uids)
    {
        string set = UidSet.Format(uids.Order());
        await connection.RunAsync($"UID STORE {set} +FLAGS.SILENT (\\Deleted)").ConfigureAwait(false);
        if (connection.Capabilities.Has("UIDPLUS"))
        {
            await connection.RunAsync($"UID EXPUNGE {set}").ConfigureAwait(false);
            return;
        }

        // Without UIDPLUS, EXPUNGE takes all that is marked (RFC 3501 §6.4.3).
        var others = new HashSet<string>(StringComparer.Ordinal);
        await connection.RunAsync("UID SEARCH DELETED", text =>
        {
            var line = ResponseLine.Parse(text);
            others.UnionWith(line.Is("SEARCH"u8) ? System.Text.Encoding.ASCII.GetString(line.Body).Split(' ', StringSplitOptions.RemoveEmptyEntries) : []);
        }).ConfigureAwait(false);
        others.ExceptWith(uids.Select(u => u.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (others.Count > 0)
        {
            throw new MailBackupException(
                ErrorIds.ItemRestoreFailed,
                $"{account}: the server cannot remove one message alone (it lacks UIDPLUS), and others of the folder are marked as deleted too.",
                "Expunge the folder with a mail program, then try again. The message is marked as deleted.", account);
        }

        await connection.RunAsync("EXPUNGE").ConfigureAwait(false);
    }
}
