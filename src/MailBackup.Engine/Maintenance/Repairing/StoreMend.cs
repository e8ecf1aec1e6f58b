using MailBackup.Maintenance.Checking;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Makes a store coherent again from what a check has found: damaged journals are rewritten, damaged blobs leave the bundles, the catalog is made anew. What is
/// taken out goes to quarantine before it leaves its place; each step can be repeated after a crash.
/// </summary>
internal sealed class StoreMend(BackupLayout layout, CheckIndex index, CheckFindings findings, QuarantineFolder quarantine)
{
    private readonly HashSet<Guid> _changed = [];

    /// <summary>Journals that are damaged still, and how: their references are not all known.</summary>
    public List<(JournalFile Journal, string? Account, string Why)> Left { get; } = [];

    public List<(JournalFile Journal, string? Account, SalvageReport Report)> Salvaged { get; } = [];

    /// <summary>
    /// Throws <c>BlobUnreadable</c> while the device does not give out a blob that has to be proved when the catalog is made anew: a mend would end
    /// without a catalog. To be asked before anything is changed.
    /// </summary>
    public void RequireReadable()
    {
        int newest = layout.ListBundles().DefaultIfEmpty(0).Max();
        foreach (var (digest, place) in index.ListUnreadable(newest - 1))
        {
            BundleReader.Prove(layout, digest, place);
        }
    }

    /// <param name="copies">Other backup paths.</param>
    public void MendJournals(IReadOnlyList<BackupLayout> copies, IOperationSink quiet, CancellationToken stop)
    {
        if (findings.DamagedJournals.Count > 0)
        {
            Catalog.DeleteForGood(layout);
        }

        foreach (var journal in findings.DamagedJournals)
        {
            if (journal.Name == layout.LegalHold.Name)
            {
                MendHolds([.. copies.Select(c => new JournalCopy(SameIn(c, journal)))], stop);
                continue;
            }

            var account = AccountOf(journal);
            var stat = account is { } id ? AccountStat.Read(layout, id) : null;
            var last = journal.Segmented ? stat?.Journal : stat?.Info;
            var others = copies.Select(c => new JournalCopy(SameIn(c, journal))).ToList();
            var report = new JournalSalvage(journal, last is { Segment: 0 } ? null : last, others, quarantine).Run(stop);
            Salvaged.Add((journal, stat?.Name, report));
            if (report.Changed && account is { } changed)
            {
                _changed.Add(changed);
            }

            // What stands behind the damage has not been read yet: its contents are not orphans.
            var again = new CheckFindings(quiet);
            new JournalCheck(again, index, journal, stat?.Name, null).Run(stop);
            if (again.DamagedJournals.Count > 0)
            {
                Left.Add((journal, stat?.Name, again.FirstReason));
            }
        }
    }

    public void CutBundles(bool orphans, CancellationToken stop) =>
        BundleCut.Run(layout, quarantine, index.ListUnwanted(orphans && Left.Count == 0), stop);

    /// <summary>
    /// After the catalog has been made anew: <c>account_stat</c> of the accounts whose journals changed. Their folders lose their tokens, so that the next scan
    /// lists them whole and saves again what was lost; no item number is given a second time.
    /// </summary>
    public void WriteStats(Catalog catalog)
    {
        foreach (var id in _changed)
        {
            var registry = AccountRegistry.Load(layout);
            if (!registry.Stats.TryGetValue(id, out var stat))
            {
                continue;
            }

            var account = catalog.Writer.GetAccount(id);
            using var reader = JournalReader.From(layout.AccountInfo(id), JournalPosition.Start);
            while (reader.TryRead(out _))
            {
            }

            using var db = catalog.Connect();
            long lastItem = db.Scalar($"SELECT max(item) FROM state WHERE account = {account.Id}") ?? 0;
            (stat with
            {
                Journal = account.Position,
                Info = reader.Position,
                NextItem = Math.Max(stat.NextItem, lastItem + 1),
                Folders = KnownItems.Folders(layout, catalog, id, account.Id),
            }).Write(layout, id);
        }
    }

    private void MendHolds(IReadOnlyList<JournalCopy> copies, CancellationToken stop)
    {
        var (report, left) = HoldSalvage.Run(layout, copies, quarantine, stop);
        if (report is not null)
        {
            Salvaged.Add((layout.LegalHold, null, report));
        }

        if (left is not null)
        {
            Left.Add((layout.LegalHold, null, left));
        }
    }

    private static Guid? AccountOf(JournalFile journal) =>
        Guid.TryParseExact(journal.Name.Split('/')[0], "D", out var id) ? id : null;

    /// <summary>The journal of the same name in another path.</summary>
    private JournalFile SameIn(BackupLayout other, JournalFile journal) =>
        journal with { Segment = n => Path.Combine(other.Root, layout.Relative(journal.Segment(n))) };
}
