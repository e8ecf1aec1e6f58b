using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The legal holds of a backup path as its journal <c>legal_hold.jsonl</c> tells them at one moment. Whatever removes data asks here, or better
/// <see cref="LegalHoldJournal.Open"/>, which keeps changes out meanwhile. A journal that cannot be believed gives no holds but an error: nobody may
/// take a hold that cannot be read for none.
/// </summary>
internal sealed class LegalHolds
{
    private readonly Dictionary<(Guid Account, bool Automatic), LegalHold> _holds = [];

    /// <summary>By account name; what an administrator placed before what a scan did.</summary>
    public IReadOnlyList<LegalHold> All =>
        [.. _holds.Values.OrderBy(h => h.Account, StringComparer.Ordinal).ThenBy(h => h.AccountId).ThenBy(h => h.Automatic)];

    /// <summary>Errors: <c>LegalHoldDamaged</c>; then nothing may be removed from the backup path.</summary>
    public static LegalHolds Load(BackupLayout layout)
    {
        var holds = new LegalHolds();
        foreach (var change in ReadChanges(layout))
        {
            holds.Apply(change);
        }

        return holds;
    }

    /// <summary>Every change that was ever made, oldest first. Errors: <c>LegalHoldDamaged</c>.</summary>
    public static IEnumerable<LegalHoldChange> ReadChanges(BackupLayout layout)
    {
        var file = layout.LegalHold;
        using var reader = JournalReader.From(file, JournalPosition.Start);
        while (reader.TryRead(out var line))
        {
            LegalHoldChange change;
            try
            {
                change = LegalHoldLine.Read(line.Bytes);
            }
            catch (JsonException e)
            {
                throw Damaged(reader.SegmentPath, line.Place.Offset, e);
            }

            yield return change;
        }

        // The end that a crash leaves has no line feed, for a change is written in one piece. A whole last line that does not fit was altered.
        if (reader.State == JournalReaderState.Damaged || (reader.State == JournalReaderState.Torn && EndsWithLine(reader.SegmentPath)))
        {
            throw Damaged(reader.SegmentPath, reader.Position.Offset, null);
        }
    }

    public bool IsHeld(Guid account) => _holds.ContainsKey((account, false)) || _holds.ContainsKey((account, true));

    /// <summary>The holds of one account; empty when it has none.</summary>
    public IReadOnlyList<LegalHold> Of(Guid account) =>
        [.. new[] { false, true }.Where(a => _holds.ContainsKey((account, a))).Select(a => _holds[(account, a)])];

    public void Apply(LegalHoldChange change)
    {
        if (!change.Held)
        {
            _holds.Remove((change.AccountId, false));
            _holds.Remove((change.AccountId, true));
            return;
        }

        var key = (change.AccountId, change.Automatic);
        _holds[key] = new LegalHold
        {
            AccountId = change.AccountId,
            Account = change.Account,
            Automatic = change.Automatic,
            Reason = change.Reason,
            By = change.By,
            Since = _holds.TryGetValue(key, out var before) ? before.Since : change.Time,
        };
    }

    private static bool EndsWithLine(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> last = stackalloc byte[1];
        long length = RandomAccess.GetLength(handle);
        return length > 0 && RandomAccess.Read(handle, last, length - 1) == 1 && last[0] == (byte)'\n';
    }

    private static MailBackupException Damaged(string path, long offset, Exception? inner) => new(
        ErrorIds.LegalHoldDamaged,
        $"The journal of legal holds {path} is damaged at byte {offset}: which accounts are on hold cannot be told, so nothing may be purged.",
        "Put the file back from a copy of the backup path, or move it away and place the holds again; its lines are readable text.",
        path,
        inner);
}
