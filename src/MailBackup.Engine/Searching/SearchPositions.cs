using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>How far the search index has read.</summary>
internal static class SearchPositions
{
    /// <summary>True when every journal ends where the index has read to. Needs no lock.</summary>
    /// <param name="accounts">Only these; empty for all.</param>
    public static bool AreAtEnd(BackupLayout layout, SqliteDatabase index, IReadOnlySet<Guid> accounts)
    {
        var read = new Dictionary<string, JournalPosition>();
        using (var select = index.Prepare("SELECT uuid, segment, offset FROM account"))
        {
            while (select.Step())
            {
                read[select.Text(0)] = new JournalPosition(select.Int32(1), select.Int64(2), "", 0);
            }
        }

        foreach (var account in layout.ListAccounts())
        {
            if ((accounts.Count == 0 || accounts.Contains(account))
                && !JournalReader.EndsAt(layout.ItemJournal(account), read.GetValueOrDefault(account.ToString("D"), JournalPosition.Start)))
            {
                return false;
            }
        }

        return true;
    }
}
