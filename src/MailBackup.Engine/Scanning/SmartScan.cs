using System.Diagnostics;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Brings the backup up to what the source shows: the directory first, then the accounts, all or those that are named (<see cref="ScanPipeline"/>).
/// </summary>
/// <param name="share">Where it lets the realtime scanner in while it goes through the accounts; null: nobody.</param>
internal sealed class SmartScan(
    BackupLayout layout, IMailSource source, ScanRequest request, ScanOptions options, IOperationSink sink, StoreShare? share = null)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly ScanCounts _counts = new();
    private CosExclusion _excluded = CosExclusion.None;
    private int _accountsTotal;
    private string? _account;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        bool whole = request.Accounts.Count == 0;
        var stat = BackupStat.Read(layout) ?? new BackupStat { Created = DateTimeOffset.UtcNow };
        var registry = AccountRegistry.Load(layout);

        // A token from before a change that did not become durable would hide the change: it is renewed at the end only.
        // Where a COS is disabled the directory is read even if it has not changed, because only it tells whose mailboxes to leave alone.
        bool exclusive = AccountListing.Entries(layout, ProvisioningKind.ClassOfService, null).Any(c => CosMarker.IsIn(c.Attributes));
        var directory = await source.ReadProvisioningAsync(options.Deep || exclusive ? null : stat.ProvisioningToken, stop).ConfigureAwait(false);
        var snapshot = options.Deep || directory?.Token != stat.ProvisioningToken ? directory : null;
        _excluded = CosExclusion.Of(directory);
        var mailboxes = await source.ListMailboxesAsync(stop).ConfigureAwait(false);
        GuardTree(registry, mailboxes);
        using (var provisioning = new ProvisioningScan(
            layout, registry, _counts, _excluded, options.AllowEmpty, new MassChangeGuard(layout, options, sink)))
        {
            var kept = await KeepAsync(provisioning.Unnamed(snapshot, mailboxes), stop).ConfigureAwait(false);
            provisioning.Run(snapshot, mailboxes, kept, e => AccountTrouble(e.Target as string, e));
            snapshot = provisioning.Incomplete ? null : snapshot;
        }

        foreach (string left in _excluded.Describe())
        {
            sink.Warning(left);
        }

        var accounts = Choose(registry, mailboxes);
        _accountsTotal = accounts.Count;
        using var store = new ScanStore(layout, options.Deep, sink.Warning);
        if (share is null)
        {
            await ScanAsync(store, registry, accounts, stop).ConfigureAwait(false);
        }
        else
        {
            var unseen = accounts.Where(id => registry.Stats[id].Folders.Count == 0).ToHashSet();
            await using (share.Begin(store, registry, unseen).ConfigureAwait(false))
            {
                await ScanAsync(store, registry, accounts, stop).ConfigureAwait(false);
            }
        }

        if (snapshot is not null)
        {
            stat = stat with { ProvisioningToken = snapshot.Token };
        }

        if (whole)
        {
            var now = DateTimeOffset.UtcNow;
            stat = stat with { FirstScan = stat.FirstScan ?? now, LastScan = now };
        }

        try
        {
            stat.Write(layout);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        return _counts.ToReport(store.BytesStored, _clock.Elapsed.TotalSeconds);
    }

    private async Task ScanAsync(ScanStore store, AccountRegistry registry, List<Guid> accounts, CancellationToken stop)
    {
        using var progress = new Timer(_ => Progress(), null, 250, 250);
        source.ExpectAccounts(accounts.ConvertAll(id => registry.Stats[id].Name));
        await new ScanPipeline(source, store, _counts, options, sink, store.Leases.Begin())
            .RunAsync(accounts.Select(id => new ScanTarget(id, registry.Stats[id])), name => _account = name, AccountTrouble, _clock, stop)
            .ConfigureAwait(false);
        Progress();
    }

    private void AccountTrouble(string? account, MailBackupException e)
    {
        _counts.Error();
        sink.Trouble(ItemTrouble.OfAccount(account, e));
    }

    /// <summary>Of accounts that nothing names any more, those that are not known to be gone.</summary>
    private async ValueTask<IReadOnlySet<string>> KeepAsync(IReadOnlyList<string> unnamed, CancellationToken stop)
    {
        // Each may cost the server a login; who has taken thousands off his list has not deleted them one by one.
        const int mostAsked = 20;
        var kept = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in unnamed)
        {
            if ((source.MailboxesAreChosen && unnamed.Count > mostAsked) || !await source.IsGoneAsync(name, stop).ConfigureAwait(false))
            {
                kept.Add(name);
            }
        }

        if (kept.Count > 0)
        {
            sink.Warning($"{string.Join(", ", kept.Order(StringComparer.Ordinal).Take(5))}{(kept.Count > 5 ? $" and {kept.Count - 5} more" : "")}: no longer chosen for backup, "
                + "but not known to be gone from the server. Not scanned, and not flagged deleted.");
        }

        return kept;
    }

    private List<Guid> Choose(AccountRegistry registry, IReadOnlyList<string> mailboxes)
    {
        if (request.Accounts.Count == 0)
        {
            var chosen = source.MailboxesAreChosen ? mailboxes.ToHashSet(StringComparer.OrdinalIgnoreCase) : null;
            return [.. registry.Stats.Where(s => !s.Value.Deleted && chosen?.Contains(s.Value.Name) != false).OrderBy(s => s.Value.Name, StringComparer.Ordinal).Select(s => s.Key)];
        }

        return request.Accounts.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => registry.FindLiving(name) ?? throw new MailBackupException(
            ErrorIds.AccountNotFound,
            _excluded.CosOf(name, null) is { } cos
                ? $"The account {name} belongs to the COS '{cos}', which is disabled for backup." : $"There is no account {name} on {source.Description}.",
            "See 'mailbackup accounts' for the names that are known.",
            name)).ToList();
    }

    /// <summary>A tree without a single account where the backup has some is a file system that is not mounted.</summary>
    private void GuardTree(AccountRegistry registry, IReadOnlyList<string> mailboxes)
    {
        if (mailboxes.Count == 0 && !options.AllowEmpty && registry.Stats.Values.Any(s => !s.Deleted && s.Folders.Any(f => f.Items > 0)))
        {
            throw new MailBackupException(
                ErrorIds.SourceSuddenlyEmpty,
                $"{source.Description} has no account at all, but the backup has {registry.Stats.Values.Count(s => !s.Deleted)}.",
                "Look whether its file system is mounted; scan with --allow-empty if it really is empty. Nothing was flagged deleted.",
                source.Description);
        }
    }

    private void Progress() => sink.Progress(_meter.Measure(new OperationProgress
    {
        Activity = "Scanning",
        Account = _account,
        ItemsDone = _counts.Seen,
        AccountsDone = _counts.AccountsDone,
        AccountsTotal = _accountsTotal,
        BytesDone = _counts.BytesRead,
    }));
}
