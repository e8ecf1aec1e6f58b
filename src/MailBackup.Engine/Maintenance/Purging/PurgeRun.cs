using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Maintenance.Purging;

/// <summary>
/// A purge operation, under the writer lock. Journals first, then content: what is killed in between leaves content that nothing names, never a name
/// without its content. Each step is whole by itself and the next purge goes on from there.
/// </summary>
internal sealed class PurgeRun(BackupLayout layout, PurgeRequest request, NodeConfiguration configuration, TimeProvider clock, IOperationSink sink)
{
    /// <summary>Accounts rewritten between two syncs.</summary>
    private const int BatchSize = 64;

    private const string RemovedPrefix = "purged-";

    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly DateTimeOffset _now = TransactionLine.Truncate(clock.GetUtcNow());
    private readonly List<AccountPurge> _heldLate = [];
    private OperationReport _report = new();

    /// <summary>Called before each step that changes the path, with its name; for tests that stop there.</summary>
    public Action<string> BeforeStep { get; init; } = _ => { };

    /// <summary>What a purge would take away now. Changes nothing and needs no lock.</summary>
    public static async Task<PurgePlan> PlanAsync(
        BackupReader reader, PurgeRequest request, NodeConfiguration configuration, TimeProvider clock, CancellationToken stop)
    {
        PurgeRules.Check(request, clock.GetUtcNow());
        var rules = PurgeRules.From(request, configuration, clock.GetUtcNow());
        if (rules.Nothing)
        {
            return new PurgePlan();
        }

        var survey = new PurgeSurvey(reader.Layout, reader.Catalog, rules, LegalHolds.Load(reader.Layout).IsHeld);
        await survey.ReadAsync((_, _) => { }, stop).ConfigureAwait(false);
        return survey.ToPlan(survey.Damaged.Count > 0 ? 0 : BundleCompaction.DeadBytes(reader.Catalog, survey.Live));
    }

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        try
        {
            return await PurgeAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SqliteFailure { IsDamage: false } or UnauthorizedAccessException or IOException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    private async Task<OperationReport> PurgeAsync(CancellationToken stop)
    {
        PurgeRules.Check(request, _now);
        var rules = PurgeRules.From(request, configuration, _now);
        if (rules.Nothing)
        {
            sink.Warning("Deleted items are kept for ever: there is nothing to purge.");
            return _report;
        }

        CleanUp();
        using var store = StoreWriter.Open(layout, sink.Warning);
        var log = new PurgeLog(layout, store.Catalog.Writer.GetPurgePosition());
        var survey = new PurgeSurvey(layout, store.Catalog, rules, LegalHolds.Load(layout).IsHeld);
        await survey.ReadAsync((done, total) => Progress("Reading journals", done, total), stop).ConfigureAwait(false);
        _report = _report with { Checked = survey.Transactions };
        TellHolds(survey);
        RemoveAccounts(log, [.. survey.Accounts.Where(a => a is { Whole: true, Held: false })]);
        var rewritten = survey.Accounts.Where(a => a is { Whole: false, Held: false }).ToList();
        for (int i = 0; i < rewritten.Count; i += BatchSize)
        {
            stop.ThrowIfCancellationRequested();
            Progress("Rewriting journals", i, rewritten.Count);
            Rewrite(store, log, rewritten.GetRange(i, Math.Min(BatchSize, rewritten.Count - i)));
        }

        if (_heldLate.Count > 0)
        {
            // What their items name was counted as unneeded.
            sink.Warning(
                $"Legal hold was placed on {string.Join(", ", _heldLate.Select(a => a.Name))} meanwhile: nothing of it was removed, and no content at all. The next purge goes on.");
        }
        else if (survey.Damaged.Count > 0)
        {
            // What they name is not known, so no content can be said to be unneeded.
            foreach (string damaged in survey.Damaged)
            {
                sink.Trouble(new ItemTrouble(ErrorIds.JournalDamaged, null, null, null, damaged));
            }

            sink.Warning("No content was removed, because not every journal can be read. Repair them first.");
        }
        else
        {
            Progress("Compacting bundles", 0, 0);
            Compact(store, log, survey.Live, stop);
        }

        CatalogFollower.CatchUp(layout, store.Catalog, sink.Warning);
        return Report();
    }

    private void Compact(StoreWriter store, PurgeLog log, DigestSet live, CancellationToken stop)
    {
        var compaction = new BundleCompaction(store, log, live, sink) { BeforeStep = BeforeStep };
        try
        {
            var grace = request.NoGrace ? TimeSpan.Zero : TimeSpan.FromHours(configuration.PurgeGraceHours);
            compaction.Run(configuration.PurgeCompactionPercent, grace, _now, stop);
        }
        finally
        {
            _report = _report with { BytesFreed = _report.BytesFreed + compaction.BytesFreed, BytesStored = store.Blobs.BytesStored };
            sink.Report(Report());
        }

        if (compaction.BytesWaiting > 0)
        {
            sink.Warning(
                $"{compaction.BytesWaiting:N0} bytes of bundles are no longer needed. The first purge after {configuration.PurgeGraceHours} hours removes them: "
                + "a copy of the backup path that runs now may still want them.");
        }
    }

    private void RemoveAccounts(PurgeLog log, List<AccountPurge> accounts)
    {
        using var holds = LegalHoldJournal.Open(layout);
        accounts = NotHeld(accounts, holds.Holds);
        if (accounts.Count == 0)
        {
            return;
        }

        BeforeStep("log accounts");
        log.Append(new PurgeRecord(_now, [], [.. accounts.Select(a => new RemovedAccount(a.Id, a.Name, a.Transactions, a.Head))], []));
        foreach (var account in accounts)
        {
            // One rename: whoever looks sees the account or does not.
            BeforeStep("move account");
            layout.Files.MoveFolder(layout.Account(account.Id), Path.Combine(layout.State, RemovedPrefix + account.Id.ToString("D")));
            Count(account);
            sink.Warning($"The account {account.Name}, deleted longer ago than its retention, has been removed with {account.Items.Count:N0} items.");
        }

        // Before anything in them goes, and any content that only they named.
        layout.Files.SyncFolder(layout.Accounts);
        layout.Files.SyncFolder(layout.State);
        CleanUp();
        sink.Report(Report());
    }

    private void Rewrite(StoreWriter store, PurgeLog log, List<AccountPurge> accounts)
    {
        // While a batch is rewritten nobody can place a hold on it.
        using var holds = LegalHoldJournal.Open(layout);
        accounts = NotHeld(accounts, holds.Holds);
        if (accounts.Count == 0)
        {
            return;
        }

        // Cuts what a crash has left torn at the ends.
        foreach (var account in accounts)
        {
            store.OpenJournal(account.Id);
        }

        // Not the beginning of the purge: an anchor that was made since has not seen what is removed now.
        var now = TransactionLine.Truncate(clock.GetUtcNow());
        BeforeStep("log journals");
        log.Append(new PurgeRecord(_now, [.. accounts.Select(a => a.Id)], [], []));
        foreach (var account in accounts)
        {
            var journal = layout.ItemJournal(account.Id);
            JournalPosition end = JournalPosition.Start;

            // Oldest first: as long as the deletion of an item stands, no earlier state of it can be taken for its last.
            foreach (int segment in account.Segments)
            {
                BeforeStep("rewrite segment");
                (_, end) = SegmentRewriter.Rewrite(journal, segment, now, line =>
                {
                    var references = TransactionReferences.Read(line);
                    return account.Takes(references.Item, references.Transaction);
                });
            }

            BeforeStep("keep stat");
            KeepStat(account.Id, journal, end);
            Count(account);
        }

        // The new files before the catalog that knows their lines.
        BeforeStep("follow journals");
        FileSystemSync.SyncAll(layout.Files, layout.State);
        CatalogFollower.CatchUp(layout, store.Catalog, accounts.ConvertAll(a => a.Id), sink.Warning);
        sink.Report(Report());
    }

    private List<AccountPurge> NotHeld(List<AccountPurge> accounts, LegalHolds holds)
    {
        _heldLate.AddRange(accounts.Where(a => holds.IsHeld(a.Id)));
        return [.. accounts.Where(a => !holds.IsHeld(a.Id))];
    }

    /// <summary>The last scan's view of the account stays good: only the end of its journal has moved.</summary>
    private void KeepStat(Guid id, JournalFile journal, JournalPosition end)
    {
        if (AccountStat.Read(layout, id) is { } stat && stat.Journal.Segment == end.Segment && stat.Journal.Check == end.Check && JournalReader.EndsAt(journal, end))
        {
            (stat with { Journal = end }).Write(layout, id);
        }
    }

    private void Count(AccountPurge account)
    {
        _report = _report with
        {
            Deleted = _report.Deleted + account.Items.Count,
            Updated = _report.Updated + account.States.Count,
            BytesFreed = _report.BytesFreed + account.JournalBytes,
        };
    }

    private void TellHolds(PurgeSurvey survey)
    {
        var held = survey.Accounts.Where(a => a.Held).ToList();
        if (held.Count > 0)
        {
            _report = _report with { Skipped = held.Sum(a => (long)a.Items.Count + a.States.Count) };
            sink.Warning(
                $"Legal hold keeps {held.Sum(a => (long)a.Items.Count):N0} items of {held.Count} accounts that are past their retention: "
                + string.Join(", ", held.Take(20).Select(a => a.Name)) + (held.Count > 20 ? " …" : "") + ".");
        }
    }

    /// <summary>What an earlier purge had taken out and not yet removed when it was killed.</summary>
    private void CleanUp()
    {
        PrivateFiles.CreateDirectory(layout.State);
        foreach (string folder in Directory.GetDirectories(layout.State, RemovedPrefix + "*"))
        {
            layout.Files.DeleteFolder(folder);
        }
    }

    private void Progress(string activity, long done, long total) => sink.Progress(new OperationProgress
    {
        Activity = activity,
        ItemsDone = done,
        ItemsTotal = total > 0 ? total : null,
        Percent = total > 0 ? 100.0 * done / total : null,
        Seconds = _clock.Elapsed.TotalSeconds,
    });

    private OperationReport Report() => _report with { Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3) };
}
