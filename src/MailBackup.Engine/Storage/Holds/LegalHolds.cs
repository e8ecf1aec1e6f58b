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
        var head = ReadHead(layout);
        bool met = head is null;

        // No purge takes lines out of this journal: where one is missing, or proved by nothing, there may be a hold less.
        JournalPlace? removed = null;
        using var reader = JournalReader.From(layout.LegalHold, JournalPosition.Start, (_, place) => removed ??= place);
        while (reader.TryRead(out var line))
        {
            met |= reader.NextTransaction == head?.NextTransaction && reader.Position.Check == head.Check;
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

        if (removed is { } gone)
        {
            throw Damaged(reader.SegmentPath, gone.Offset, null);
        }

        if (!met || (reader.State != JournalReaderState.AtEnd && !reader.EndsInTraceOfCrash(head)))
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

    private static JournalPosition? ReadHead(BackupLayout layout)
    {
        try
        {
            return LegalHoldHead.Read(layout);
        }
        catch (JsonException e)
        {
            throw Damaged(layout.LegalHoldHead, 0, e);
        }
    }

    private static MailBackupException Damaged(string path, long offset, Exception? inner) => new(
        ErrorIds.LegalHoldDamaged,
        $"The journal of legal holds {path} is damaged or cut at byte {offset}: which accounts are on hold cannot be told, so nothing may be purged.",
        "Put legal_hold.jsonl and legal_hold.head back from a copy of the backup path, or move both away and place the holds again; the lines of the journal are readable text.",
        path,
        inner);
}
