using System.Diagnostics;
using MailBackup.Maintenance.Repairing;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// Reads all of a backup path and proves it: every line of every journal against its checksum, every blob against its digest, every reference from a
/// transaction to its content. Owes nothing to the catalog. What is wrong is told with file and offset, and with the items that it costs; nothing is changed
/// unless quarantine is asked for.
/// </summary>
internal sealed class CoherencyCheck(BackupLayout layout, CheckRequest request, Func<IMailSource> openSource, IOperationSink sink)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly CheckFindings _findings = new(sink);
    private long _quarantined;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var accounts = ChooseAccounts();
        var sample = SampleWindow.Open(layout, request.Sample);
        try
        {
            using var index = new CheckIndex(layout);
            await ProveAsync(index, _findings, accounts, sample, request.Accounts.Count == 0, stop).ConfigureAwait(false);
            if (request.ReadData)
            {
                await EachAsync(accounts, (id, stat) => new ContentAssembly(layout, _findings, index, sample).Run(id, stat.Name, stop), stop).ConfigureAwait(false);
            }

            if (request.Quarantine)
            {
                _quarantined = QuarantineRun.Run(layout, index, _findings, orphans: request.Accounts.Count == 0, stop);
            }
        }
        catch (Exception e) when (e is SqliteFailure { IsDamage: false } or UnauthorizedAccessException or IOException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        if (request.CompareSource)
        {
            await CompareAsync(accounts, sample, stop).ConfigureAwait(false);
        }

        sample.Advance();
        return new OperationReport
        {
            Checked = _findings.Checked,
            Errors = _findings.Errors,
            BytesRead = _findings.Bytes,
            Quarantined = _quarantined,
            Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
        };
    }

    /// <summary>The check itself, for the repair too.</summary>
    /// <param name="whole">True when it covers all of the path.</param>
    public async Task ProveAsync(
        CheckIndex index, CheckFindings findings, List<KeyValuePair<Guid, AccountStat>> accounts, SampleWindow sample, bool whole, CancellationToken stop)
    {
        new FileCheck(layout, findings).Run();
        foreach (var journal in layout.ListJournals().TakeWhile(j => !j.Name.EndsWith("/account_info", StringComparison.Ordinal)))
        {
            new JournalCheck(findings, index, journal, null, null).Run(stop);
        }

        await EachAsync(accounts, (id, stat) =>
        {
            new JournalCheck(findings, index, layout.AccountInfo(id), stat.Name, stat.Info).Run(stop);
            new JournalCheck(findings, index, layout.ItemJournal(id), stat.Name, stat.Journal).Run(stop);
        }, stop).ConfigureAwait(false);

        await CheckBundlesAsync(index, findings, sample, onlyNamed: !whole, stop).ConfigureAwait(false);
        bool bad = index.FindBad() > 0;
        findings.TellGaps(harmful: bad);
        if (bad)
        {
            await EachAsync(accounts, (id, stat) => new AffectedItems(layout, findings, index).Name(id, stat.Name, stop), stop).ConfigureAwait(false);
        }

        if (whole)
        {
            TellHarmless(index, findings);
        }

        CheckCatalog(index, findings);
    }

    public List<KeyValuePair<Guid, AccountStat>> ChooseAccounts()
    {
        var registry = AccountRegistry.Load(layout);
        var named = new HashSet<Guid>();
        foreach (string name in request.Accounts)
        {
            named.Add(registry.Find(name) ?? throw new MailBackupException(
                ErrorIds.AccountNotFound, $"The backup has no account {name}.", "See 'mailbackup accounts' for the names that are known.", name));
        }

        // Whoever has or had the address.
        var chosen = registry.Stats.Where(s => request.Accounts.Count == 0 || named.Contains(s.Key) || request.Accounts.Contains(s.Value.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (request.Accounts.Count == 0)
        {
            // Of which neither account_stat nor account_info says the name; its journal is checked all the same.
            chosen.AddRange(layout.ListAccounts().Where(id => !registry.Stats.ContainsKey(id)).Select(id => KeyValuePair.Create(id, new AccountStat { Name = id.ToString("D") })));
        }

        return chosen;
    }

    private async Task CheckBundlesAsync(CheckIndex index, CheckFindings findings, SampleWindow sample, bool onlyNamed, CancellationToken stop)
    {
        // Only those that stand where their number says; others are stray files.
        var bundles = layout.ListBundles().Distinct().Where(b => File.Exists(layout.Bundle(b))).ToList();
        long total = Math.Max(bundles.Sum(b => new FileInfo(layout.Bundle(b)).Length), 1);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop };
        await Parallel.ForEachAsync(bundles, parallel, (bundle, token) =>
        {
            new BundleCheck(layout, findings, index, sample, onlyNamed).Run(bundle, bundle == bundles[^1], () => Progress(findings, total), token);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
    }

    private async Task EachAsync(List<KeyValuePair<Guid, AccountStat>> accounts, Action<Guid, AccountStat> work, CancellationToken stop)
    {
        int done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop };
        await Parallel.ForEachAsync(accounts, parallel, (account, _) =>
        {
            work(account.Key, account.Value);
            sink.Progress(_meter.Measure(new OperationProgress
            {
                Activity = "Checking", Account = account.Value.Name, ItemsDone = _findings.Checked, AccountsDone = Interlocked.Increment(ref done), AccountsTotal = accounts.Count,
            }));
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
    }

    private static void TellHarmless(CheckIndex index, CheckFindings findings)
    {
        if (index.CountHarmless(MemberState.Unreadable) is > 0 and var unreadable)
        {
            findings.Warning($"{unreadable} {(unreadable == 1 ? "blob" : "blobs")} that nobody needs could not be read: look at the device of the backup path.");
        }

        if (index.CountHarmless(MemberState.Damaged) is > 0 and var damaged)
        {
            findings.Warning($"{damaged} damaged {(damaged == 1 ? "blob costs" : "blobs cost")} nothing: nobody names them, or another copy is intact. --quarantine takes them out.");
        }

        if (index.CountOrphans() is (> 0 and var orphans, var bytes))
        {
            findings.Warning($"{orphans} {(orphans == 1 ? "blob" : "blobs")} of {bytes} bytes are named by no transaction. They do no harm; --quarantine takes them out.");
        }
    }

    private void CheckCatalog(CheckIndex index, CheckFindings findings)
    {
        try
        {
            using var catalog = Catalog.OpenExisting(layout);
            if (catalog is not null && CatalogFollower.IsUpToDate(layout, catalog) && index.CountLostByCatalog(layout.Catalog) is > 0 and var lost)
            {
                findings.Trouble(new ItemTrouble(
                    ErrorIds.CatalogFailed, null, null, layout.Catalog,
                    $"{lost} contents are there and the catalog does not find them. 'mailbackup repair' makes it anew; nothing is lost."));
            }
        }
        catch (SqliteFailure e)
        {
            findings.Warning($"The catalog cannot be read ({e.Message}); it is made anew when it is needed next.");
        }
    }

    private async Task CompareAsync(List<KeyValuePair<Guid, AccountStat>> accounts, SampleWindow sample, CancellationToken stop)
    {
        var source = openSource();
        await using (source.ConfigureAwait(false))
        {
            using var catalog = StoreWriter.OpenCatalog(layout, sink.Warning).Catalog;
            var comparison = new SourceComparison(layout, catalog, source, _findings, request.ReadData ? sample : null);
            var living = accounts.Where(a => !a.Value.Deleted).ToList();
            foreach (var (id, stat) in living)
            {
                stop.ThrowIfCancellationRequested();
                await comparison.CompareAsync(id, stat, stop).ConfigureAwait(false);
            }

            foreach (string name in request.Accounts.Count > 0 ? [] : (await source.ListMailboxesAsync(stop).ConfigureAwait(false)).Except(living.Select(a => a.Value.Name), StringComparer.OrdinalIgnoreCase))
            {
                _findings.Trouble(new ItemTrouble(ErrorIds.SourceDiffers, name, null, null, "The account is on the server and not in the backup."));
            }
        }
    }

    private void Progress(CheckFindings findings, long total) => sink.Progress(_meter.Measure(new OperationProgress
    {
        Activity = "Checking",
        ItemsDone = findings.Bytes >> 10,
        ItemsTotal = Math.Max(total >> 10, 1),
        BytesDone = findings.Bytes,
    }));
}
