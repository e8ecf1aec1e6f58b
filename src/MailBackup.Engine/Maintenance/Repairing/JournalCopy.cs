using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>The same journal in another backup path: lines to put into holes. The chain proves each of them before it is taken.</summary>
internal sealed class JournalCopy(JournalFile journal)
{
    private readonly Lazy<Dictionary<long, JournalPlace>> _places = new(() => Index(journal));

    /// <summary>The line of a transaction without its line feed, or null.</summary>
    public byte[]? Find(long transaction)
    {
        if (!_places.Value.TryGetValue(transaction, out var place))
        {
            return null;
        }

        try
        {
            using var handle = File.OpenHandle(journal.Segment(place.Segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var line = new byte[place.Length - 1];
            return RandomAccess.Read(handle, line, place.Offset) == line.Length ? line : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Dictionary<long, JournalPlace> Index(JournalFile journal)
    {
        var places = new Dictionary<long, JournalPlace>();
        try
        {
            using var reader = JournalReader.From(journal, JournalPosition.Start);
            while (reader.TryRead(out var line))
            {
                places[reader.NextTransaction - 1] = line.Place;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MailBackupException)
        {
            // What was read before is good.
        }

        return places;
    }
}
