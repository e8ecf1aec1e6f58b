using MailBackup.Maintenance.Checking;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>What <c>check --quarantine</c> does with what it found: moves it out, and leaves a store that is coherent in itself.</summary>
internal static class QuarantineRun
{
    /// <param name="orphans">True to move blobs that nothing names, too: only when all of the path was checked.</param>
    /// <returns>Pieces moved.</returns>
    public static long Run(BackupLayout layout, CheckIndex index, CheckFindings findings, bool orphans, CancellationToken stop)
    {
        using var quarantine = new QuarantineFolder(layout);
        var mend = new StoreMend(layout, index, findings, quarantine);
        mend.RequireReadable();
        foreach (var (path, why) in findings.StrayFiles)
        {
            quarantine.Move(path, "file", why);
        }

        mend.MendJournals([], QuietSink.Instance, stop);
        mend.CutBundles(orphans, stop);
        foreach (var (journal, account, report) in mend.Salvaged)
        {
            findings.Warning(SalvageText.Of(journal, account, report));
        }

        foreach (var (journal, _, why) in mend.Left)
        {
            findings.Warning($"Journal {journal.Name} is damaged still: {why}");
        }

        if (quarantine.Count > 0)
        {
            findings.Warning($"{quarantine.Count} pieces were moved to {quarantine.Folder}; manifest.jsonl there says what they are.");
        }

        using var catalog = StoreWriter.OpenCatalog(layout, null).Catalog;
        mend.WriteStats(catalog);
        return quarantine.Count;
    }
}
