using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>
/// The restore of another server's backup path, or of an export. Three phases: directory, mailboxes and folders, after which accounts can be used;
/// items, newest first; what points to elsewhere. Nothing of it is changed, and nothing here is overwritten; run again, it restores what is missing.
/// </summary>
/// <param name="own">This server's backup path, under the writer lock.</param>
/// <param name="server">This server.</param>
/// <param name="home">The node's own folder.</param>
internal sealed class ExternalRestoreRun(
    BackupLayout own, Guid server, string home, IMailSource source, IRestoreTarget target, ExternalRestoreRequest request, ScanOptions scan, IOperationSink sink)
{
    private const int DefaultAtOnce = 4;

    private readonly PhaseSink _sink = new(sink);
    private bool _sameServer;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var (layout, owner) = ForeignPath.Open(request.Path, home);
        if (owner.ServerId == server && layout is not TransparentLayout)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathIsOwnCopy,
                $"{layout.Root} is a backup path of this server itself: its items have the ids that they have here.",
                "Restore single accounts or items from it with 'mailbackup restore --backup-path' or 'mailbackup restore-account --backup-path', or make it "
                + "this server's backup path with 'mailbackup init'. Nothing was changed.",
                layout.Root);
        }

        // Only of an export: then what is here under an item's own id need not be looked for by content.
        _sameServer = owner.ServerId == server;
        using var reader = new BackupReader(layout, StoreReader.OpenCatalog(layout, Damaged));
        var accounts = ExternalAccounts.Choose(layout, request, _sink);
        var usable = await RestoreDirectoryAsync(layout, accounts, stop).ConfigureAwait(false);
        var filled = await RestoreMailboxesAsync(reader, usable.Usable, stop).ConfigureAwait(false);
        WriteMap(owner, layout.Root);
        if (!request.ProvisioningOnly)
        {
            await RestoreItemsAsync(reader, filled, stop).ConfigureAwait(false);
            await RestoreExtrasAsync(reader, usable, filled, stop).ConfigureAwait(false);
            await ResolveAsync(filled.Select(a => a.Name), stop).ConfigureAwait(false);
        }

        return _sink.Total;
    }

    private async Task<ExternalDirectory> RestoreDirectoryAsync(BackupLayout layout, IReadOnlyList<Account> accounts, CancellationToken stop)
    {
        var directory = new ExternalDirectory(layout, request, accounts, _sink);
        if (source.ProvisioningTarget is { } provisioning)
        {
            var present = await source.ReadProvisioningAsync(null, stop).ConfigureAwait(false);
            await directory.RestoreAsync(provisioning, present?.Entries ?? [], stop).ConfigureAwait(false);
        }
        else if (accounts.Any(a => a.Attributes.Count > 0))
        {
            _sink.Warning($"{source.Description} has no directory: domains, classes of service, lists and the attributes of accounts were not restored. "
                + "Set an LDIF file as the directory and restore again to have them.");
        }

        _sink.End(ReportOf(directory.Added, directory.Skipped, directory.Failed) with
        {
            UnrestoredItems = [.. directory.Refused.Select(a => new UnrestoredItems(a, [], WholeAccount: true))],
        });
        return directory;
    }

    /// <returns>The accounts that have a mailbox now.</returns>
    private async Task<List<Account>> RestoreMailboxesAsync(BackupReader reader, IReadOnlyList<Account> accounts, CancellationToken stop)
    {
        var present = request.Skip.HasFlag(RestoreParts.AccountProvisioning) ? (await source.ReadProvisioningAsync(null, stop).ConfigureAwait(false))?.Entries : null;
        var known = present?.Where(e => e.Kind == ProvisioningKind.Account).Select(e => e.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var plans = accounts.Select(a => (AccountPlan)new ExternalFoldersPlan(reader, request)
        {
            SourceAccount = a.Id,
            Account = a.Name,
            Target = a.Name,
            CreateTarget = !request.Skip.HasFlag(RestoreParts.AccountProvisioning) || known?.Contains(a.Name) == true,
        }).ToList();
        var report = await Runner(reader).RunAsync(plans, stop).ConfigureAwait(false);
        _sink.End(report);
        return [.. accounts.Where(a => !report.UnrestoredItems.Any(u => u.WholeAccount && u.Account == a.Name))];
    }

    private async Task RestoreItemsAsync(BackupReader reader, List<Account> accounts, CancellationToken stop)
    {
        var present = await FindPresentAsync(accounts, stop).ConfigureAwait(false);
        using var here = present.Count > 0 ? OwnStore.OpenCatalog(own, null) : null;
        var listing = new ExternalListing(reader.Catalog, request);
        var plans = new List<AccountPlan>();
        foreach (var account in accounts)
        {
            Func<PresentItems>? load = present.TryGetValue(account.Name, out var id) ? () => PresentItems.Load(own, here!, id, account.Id, _sameServer) : null;
            plans.Add(new ExternalItemsPlan(reader, request, load)
            {
                SourceAccount = account.Id,
                Account = account.Name,
                Target = account.Name,
                Record = new RestoredIds(own, account.Id, account.Name),
            });
            if (listing.CountTooLarge(account.Id) is > 0 and var large)
            {
                _sink.Warning($"{large} items of {account.Name} have more than {request.MaxItemSize} bytes and were left out.");
            }
        }

        _sink.End(await Runner(reader).RunAsync(plans, stop).ConfigureAwait(false));
    }

    /// <summary>The accounts that still have something of what an earlier restore brought, wherever it lies by now; with their ids here.</summary>
    private async Task<Dictionary<string, Guid>> FindPresentAsync(List<Account> accounts, CancellationToken stop)
    {
        var registry = AccountRegistry.Load(own);
        return await ResolveAsync(accounts.Where(a => RestoredIds.HasPending(own, a.Name)
            || (registry.FindLiving(a.Name) is { } id && ((_sameServer && id == a.Id) || File.Exists(own.IdMapper(id))))).Select(a => a.Name).ToList(), stop).ConfigureAwait(false);
    }

    private async Task<Dictionary<string, Guid>> ResolveAsync(IEnumerable<string> accounts, CancellationToken stop)
    {
        var scanned = await new RestoredScan(own, source, scan, _sink).RunAsync(accounts, stop).ConfigureAwait(false);
        if (scanned.Keys.Any(name => RestoredIds.HasPending(own, name)))
        {
            using var catalog = OwnStore.OpenCatalog(own, null);
            foreach (var (name, id) in scanned)
            {
                RestoredIds.Resolve(own, catalog, source, id, name);
            }
        }

        return scanned;
    }

    private async Task RestoreExtrasAsync(BackupReader reader, ExternalDirectory directory, List<Account> accounts, CancellationToken stop)
    {
        long added = 0, before = directory.Added, skipped = directory.Skipped;
        foreach (var account in accounts)
        {
            stop.ThrowIfCancellationRequested();
            var inbox = new Plans.FolderPlanner(reader, account.Id).ThereAt(request.At, (_, _) => { })
                .FirstOrDefault(f => f.Folder.Attributes?.ContainsKey(SourceFolder.Mountpoints) == true);
            if (inbox is not null)
            {
                try
                {
                    added += await target.AddMountpointsAsync(
                        account.Name, inbox.Folder.Attributes![SourceFolder.Mountpoints].Split('\n'), stop).ConfigureAwait(false);
                }
                catch (MailBackupException e)
                {
                    _sink.Trouble(new ItemTrouble(e.ErrorId, account.Name, inbox.Id.Value, inbox.Folder.Path, e.Message));
                    _sink.End(new OperationReport { Unrestored = 1, Errors = 1, UnrestoredItems = [new UnrestoredItems(account.Name, [inbox.Id.Value])] });
                }
            }
        }

        await target.FlushAsync(null, CancellationToken.None).ConfigureAwait(false);
        if (source.ProvisioningTarget is { } provisioning && (request.Skip & (RestoreParts.DataSource | RestoreParts.AccountProvisioning)) == 0)
        {
            await directory.RestoreDataSourcesAsync(provisioning, token => source.ReadProvisioningAsync(null, token), stop).ConfigureAwait(false);
        }

        _sink.End(ReportOf(added + directory.Added - before, directory.Skipped - skipped, 0));
    }

    private RestoreRunner Runner(BackupReader reader) => new(new StoreSource(reader), target, _sink, request.ThrottleLimit ?? DefaultAtOnce);

    private void WriteMap(BackupMap owner, string path)
    {
        try
        {
            AtomicFile.Write(own.Files, own.ImportedMap(owner.ServerId), BackupMapJson.Write(owner with { Imported = DateTimeOffset.UtcNow, ImportedFrom = path }), sync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, own.Root);
        }
    }

    /// <summary>What of the other backup cannot be listed cannot be restored: never a success.</summary>
    private void Damaged(string message)
    {
        _sink.Trouble(new ItemTrouble(ErrorIds.JournalDamaged, null, null, request.Path, message));
        _sink.End(new OperationReport { Errors = 1 });
    }

    private static OperationReport ReportOf(long restored, long skipped, long failed) =>
        new() { Restored = restored, Skipped = skipped, Unrestored = failed, Errors = failed };
}
