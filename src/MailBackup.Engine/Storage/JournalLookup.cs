using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Reads single lines of a journal, where the catalog says they stand.</summary>
internal static class JournalLookup
{
    /// <summary>The bytes of a line without its line feed. Throws <c>JournalDamaged</c> when it does not fit its place, or cannot be read.</summary>
    public static byte[] ReadLine(BackupLayout layout, Guid account, JournalPlace place)
    {
        string path = layout.ItemJournal(account).Segment(place.Segment);
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var line = new byte[place.Length - 1];
            int n = RandomAccess.Read(handle, line, place.Offset);
            if (n == line.Length && line[0] == '{' && line[^1] == '}')
            {
                return line;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Damaged(path, place, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JournalReader.UnreadableException(path, e);
        }

        throw Damaged(path, place, null);
    }

    public static Transaction ReadTransaction(BackupLayout layout, Guid account, JournalPlace place) => ReadBoth(layout, account, place).Transaction;

    /// <summary>The line and what it says.</summary>
    public static (byte[] Line, Transaction Transaction) ReadBoth(BackupLayout layout, Guid account, JournalPlace place)
    {
        try
        {
            var line = ReadLine(layout, account, place);
            return (line, TransactionLine.Read(line));
        }
        catch (JsonException e)
        {
            throw Damaged(layout.ItemJournal(account).Segment(place.Segment), place, e);
        }
    }

    internal static MailBackupException Damaged(string path, JournalPlace place, Exception? inner) => new(
        ErrorIds.JournalDamaged,
        $"The journal {path} is damaged at byte {place.Offset}.",
        "Run 'mailbackup check' to see what is affected; restore this file from a copy of the backup path.",
        path,
        inner);
}
