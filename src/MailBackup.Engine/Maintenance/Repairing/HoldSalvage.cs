using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Salvages the journal of legal holds: under the lock of holds, which are changed beside running operations, and only when each of its lines is proved to be the
/// one that was written. A line less may be a hold less, and the next purge would remove what was held; so what cannot be proved stays an error
/// until somebody who knows the holds has decided.
/// </summary>
internal static class HoldSalvage
{
    /// <returns>What it came to, null when the journal was left as it is; and how it is damaged still, null when it is whole.</returns>
    public static (SalvageReport? Report, string? Left) Run(
        BackupLayout layout, IReadOnlyList<JournalCopy> copies, QuarantineFolder quarantine, CancellationToken stop)
    {
        using var held = LegalHoldJournal.Lock(layout);
        var report = new JournalSalvage(layout.LegalHold, Head(layout), copies, quarantine, onlyProved: true).Run(stop);
        var done = report.GivesUp ? null : report;
        try
        {
            LegalHolds.Load(layout);
            return (done, null);
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.LegalHoldDamaged)
        {
            return (done, e.Message);
        }
    }

    /// <summary>Null when it cannot be read: then no end of the journal is left out.</summary>
    private static JournalPosition? Head(BackupLayout layout)
    {
        try
        {
            return LegalHoldHead.Read(layout) is { Segment: > 0 } head ? head : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
