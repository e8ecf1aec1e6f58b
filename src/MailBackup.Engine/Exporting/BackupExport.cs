using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Storage;

namespace MailBackup.Exporting;

/// <summary>
/// The export operation. It holds the writer lock, so what it reads is one moment of the backup however long it takes. First everything that tells of
/// items, then their contents in the order of the bundles; then what an earlier export left and the backup has no longer is taken away, and last
/// <c>backupstat</c> says that the export is complete. Run again, it writes what is missing or has changed.
/// </summary>
internal sealed class BackupExport(BackupLayout layout, Guid server, BackupExportRequest request, IOperationSink sink)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private ExportDestination? _destination;
    private ItemExport? _items;
    private BlobExport? _blobs;
    private long _done, _total, _accountErrors, _damaged, _bytes;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var selection = new ExportSelection(layout, request);
        _destination = ExportDestination.Open(layout, server, request.Destination, request.FreeSpaceThreshold << 20);
        using var reader = OwnStore.Open(layout, sink);
        if (selection.LeftOut > 0)
        {
            sink.Warning(FormattableString.Invariant($"{selection.LeftOut:N0} accounts were left out: their class of service is disabled for backup."));
        }

        var stat = Begin();
        try
        {
            using var wanted = new WantedBlobs(layout.Spool);
            ExportAccounts(reader, selection, wanted, stop);
            await ExportBlobsAsync(wanted, stop).ConfigureAwait(false);
            foreach (var account in _blobs!.Broken.IsEmpty ? [] : selection.Accounts)
            {
                _items!.ReportBroken(account, _blobs.Broken, stop);
            }

            if (!request.SkipItems)
            {
                Prune(reader, selection, wanted, stop);
            }
        }
        finally
        {
            sink.Report(Report());
        }

        _destination.Complete();
        Write(stat with { Completed = DateTimeOffset.UtcNow });
        return Report();
    }

    private void Prune(BackupReader reader, ExportSelection selection, WantedBlobs wanted, CancellationToken stop)
    {
        if (_accountErrors + _damaged + _items!.Unread == 0)
        {
            new ExportPruning(reader, _destination!.Layout, wanted).Run(selection.Accounts, stop);
        }
        else
        {
            sink.Warning("Nothing was taken out of the export, for not all of the backup can be read: an earlier export may have what is broken in it.");
        }
    }

    /// <summary>From here on the folder is an export, and not a complete one.</summary>
    private BackupStat Begin()
    {
        var known = BackupStat.Read(layout);
        var now = DateTimeOffset.UtcNow;
        var stat = new BackupStat
        {
            Format = TransparentLayout.Format,
            Layout = TransparentLayout.Name,
            Created = now,
            Snapshot = now,
            FirstScan = known?.FirstScan,
            LastScan = known?.LastScan,
        };
        Write(stat);
        var map = BackupMap.Read(layout.Map(server)) ?? new BackupMap { ServerId = server };
        _destination!.Write(_destination.Layout.Map(server), BackupMapJson.Write(map));
        return stat;
    }

    private void ExportAccounts(BackupReader reader, ExportSelection selection, WantedBlobs wanted, CancellationToken stop)
    {
        var provisioning = new ProvisioningExport(layout, _destination!);
        provisioning.Export(selection);
        _items = new ItemExport(reader, _destination!, wanted, sink);
        _blobs = new BlobExport(layout, _destination!);
        var listing = new PlaceListing(reader.Catalog);
        _total = request.SkipItems ? 0 : selection.Accounts.Sum(a => listing.CountItems(a.Id));
        foreach (var (account, fault) in selection.Unreadable)
        {
            _damaged++;
            sink.Trouble(new ItemTrouble(fault.ErrorId, account, null, null, $"{fault.Message} The account is not exported."));
        }

        foreach (var account in selection.Accounts)
        {
            stop.ThrowIfCancellationRequested();
            _damaged += OwnStore.TellDamage(reader, account.Id, sink) ? 1 : 0;
            try
            {
                provisioning.Export(account.Id);
                if (!request.SkipItems)
                {
                    _items.Export(account, () => Progress("Exporting items", account.Name, Interlocked.Increment(ref _done)), stop);
                }
            }
            catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
            {
                _accountErrors++;
                sink.Trouble(new ItemTrouble(e.ErrorId, account.Name, null, null, e.Message));
            }

            sink.Report(Report());
        }
    }

    private async Task ExportBlobsAsync(WantedBlobs wanted, CancellationToken stop)
    {
        _total = wanted.Count;
        _done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop };
        await Parallel.ForEachAsync(wanted.List(), parallel, (blob, _) =>
        {
            _blobs!.Export(blob.Digest, blob.Location);
            Interlocked.Add(ref _bytes, blob.Location.Length);
            if (request.ReadErrorThreshold > 0 && _blobs.Broken.Count >= request.ReadErrorThreshold)
            {
                throw new MailBackupException(
                    ErrorIds.ReadErrorThresholdReached,
                    $"{_blobs.Broken.Count} contents of the backup path cannot be read: {_blobs.Broken.Values.First().Problem}",
                    "Run 'mailbackup check' to see what is damaged, then export again with a higher threshold.",
                    layout.Root);
            }

            Progress("Exporting content", null, Interlocked.Increment(ref _done));
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
    }

    private void Write(BackupStat stat)
    {
        try
        {
            stat.Write(_destination!.Layout);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _destination!.Fault(e);
        }
    }

    private void Progress(string activity, string? account, long done)
    {
        sink.Progress(_meter.Measure(new OperationProgress
        {
            Activity = activity,
            Account = account,
            ItemsDone = done,
            ItemsTotal = _total > 0 ? _total : null,
            BytesDone = Interlocked.Read(ref _bytes),
        }));
        if (done % 4096 == 0)
        {
            sink.Report(Report());
        }
    }

    private OperationReport Report() => new()
    {
        Added = _items?.Written ?? 0,
        Unchanged = _items?.Unchanged ?? 0,
        Blobs = _blobs?.Written ?? 0,
        Errors = (_items?.Errors ?? 0) + _accountErrors + _damaged,
        BytesStored = _destination?.Bytes ?? 0,
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
    };
}
