using System.Diagnostics;
using MailBackup.Maintenance.Checking;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Repairs a backup path: a check, then journals from their intact lines, bundles without what is damaged, the catalog from nothing, and the contents that are
/// missing now from other backup paths and from the mail server. What nobody has is told item by item, as the next check tells it.
/// </summary>
internal sealed class RepairRun(BackupLayout layout, Guid server, RepairRequest request, Func<IMailSource> openSource, IOperationSink sink)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private OperationReport _report = new();

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var copies = request.From.Select(OpenCopy).ToList();
        try
        {
            using var index = new CheckIndex(layout);
            var check = new CoherencyCheck(layout, new CheckRequest(), openSource, sink);
            var found = new CheckFindings(QuietSink.Instance);
            await check.ProveAsync(index, found, check.ChooseAccounts(), SampleWindow.Open(layout, null), whole: true, stop).ConfigureAwait(false);
            using var quarantine = new QuarantineFolder(layout);
            Mend(index, found, quarantine, copies, stop);
            await FetchAsync(index, copies, stop).ConfigureAwait(false);
            long lost = TellLost(index, check, stop);
            _report = _report with
            {
                Checked = found.Checked,
                BytesRead = found.Bytes,
                Lost = _report.Lost + lost,
                Quarantined = quarantine.Count,
                Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
            };
            if (quarantine.Count > 0)
            {
                sink.Warning($"{quarantine.Count} pieces were moved to {quarantine.Folder}; manifest.jsonl there says what they are.");
            }

            return _report;
        }
        catch (Exception e) when (e is SqliteFailure { IsDamage: false } or UnauthorizedAccessException or IOException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    private static BackupLayout OpenCopy(string path) => BackupPathSetup.IsInitialized(path) ? new BackupLayout(path) : throw new MailBackupException(
        ErrorIds.BackupPathNotInitialized, $"{path} is not a backup path.", "Name the folder of another backup, or a copy of this one; it is only read.", path);

    private void Mend(CheckIndex index, CheckFindings found, QuarantineFolder quarantine, List<BackupLayout> copies, CancellationToken stop)
    {
        var mend = new StoreMend(layout, index, found, quarantine);
        mend.RequireReadable();
        WriteSmallFiles();
        mend.MendJournals(copies, QuietSink.Instance, stop);
        foreach (var (journal, account, salvage) in mend.Salvaged)
        {
            string text = SalvageText.Of(journal, account, salvage);
            sink.Warning(text);
            Count(repaired: salvage.Corrected.Count + (salvage.Changed ? 1 : 0), fetched: salvage.Fetched.Count, lost: salvage.LostCount);
            if (salvage.Lost.Count > 0)
            {
                sink.Trouble(new ItemTrouble(ErrorIds.JournalDamaged, account, null, journal.Segment(1), text + " The next scan saves again what the server still has."));
            }
        }

        foreach (var (journal, account, why) in mend.Left)
        {
            sink.Trouble(new ItemTrouble(
                ErrorIds.JournalDamaged, account, null, journal.Segment(1), $"It is damaged still: {why} A copy of the journal from another backup (--from) may have what is missing."));
        }

        mend.CutBundles(orphans: false, stop);
        Catalog.Delete(layout);
        using var catalog = StoreWriter.OpenCatalog(layout, sink.Warning).Catalog;
        Count(repaired: 1);
        mend.WriteStats(catalog);
    }

    /// <summary>The map says nothing that its name does not; <c>backupstat</c> loses the dates of the first and the last scan.</summary>
    private void WriteSmallFiles()
    {
        if (BackupMap.Read(layout.Map(server)) is null)
        {
            var map = new BackupMap { ServerId = server, Host = Environment.MachineName, Created = DateTimeOffset.UtcNow };
            AtomicFile.Write(layout.Files, layout.Map(server), BackupMapJson.Write(map), sync: true);
            Count(repaired: 1);
        }

        if (BackupStat.Read(layout) is null)
        {
            new BackupStat { Created = DateTimeOffset.UtcNow }.Write(layout);
            Count(repaired: 1);
        }
    }

    private async Task FetchAsync(CheckIndex index, List<BackupLayout> copies, CancellationToken stop)
    {
        if (index.FindBad() == 0)
        {
            return;
        }

        var bad = index.ListBad();
        var wanted = bad.ToHashSet();

        // What the device does not give out is in the catalog, and is stored once more.
        using var store = StoreWriter.Open(layout, sink.Warning, verifyBlobs: true);
        foreach (var copy in copies)
        {
            new CopiedContent(copy).Fetch(store, wanted, sink.Warning, stop);
            store.Commit();
        }

        if (wanted.Count > 0 && request.UseSource)
        {
            await FetchLiveAsync(store, wanted, stop).ConfigureAwait(false);
            store.Commit();
        }

        var fetched = new List<CheckedMember>();
        foreach (var digest in bad)
        {
            if (store.Catalog.FindBlob(digest) is { } place && BundleReader.IsIntact(layout, digest, place))
            {
                fetched.Add(new(digest, place, MemberState.Proved));
            }
        }

        Count(fetched: fetched.Count);
        index.AddMembers(fetched);
        sink.Report(_report);
    }

    private async Task FetchLiveAsync(StoreWriter store, HashSet<Digest> wanted, CancellationToken stop)
    {
        IMailSource source;
        try
        {
            source = openSource();
        }
        catch (MailBackupException e)
        {
            sink.Warning($"The mail server was not asked: {e.Message}");
            return;
        }

        await using (source.ConfigureAwait(false))
        {
            await new LiveContent(layout, source, store, sink.Warning).FetchAsync(wanted, stop).ConfigureAwait(false);
        }
    }

    /// <returns>Contents that nobody had.</returns>
    private long TellLost(CheckIndex index, CoherencyCheck check, CancellationToken stop)
    {
        long lost = index.FindBad();
        if (lost > 0)
        {
            var told = new CheckFindings(sink);
            foreach (var (id, stat) in check.ChooseAccounts())
            {
                new AffectedItems(layout, told, index).Name(id, stat.Name, stop);
            }
        }

        return lost;
    }

    private void Count(long repaired = 0, long fetched = 0, long lost = 0) => _report = _report with
    {
        Repaired = _report.Repaired + repaired, Fetched = _report.Fetched + fetched, Lost = _report.Lost + lost,
    };
}
