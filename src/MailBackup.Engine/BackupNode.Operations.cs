using MailBackup.Archives;
using MailBackup.Configuration;
using MailBackup.Exporting;
using MailBackup.Maintenance.Anchoring;
using MailBackup.Maintenance.Checking;
using MailBackup.Maintenance.Purging;
using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Notifications;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Restoring;
using MailBackup.Restoring.Blobs;
using MailBackup.Restoring.External;
using MailBackup.Scanning;
using MailBackup.Searching;
using MailBackup.Services;
using MailBackup.Sharing;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup;

/// <content>The queue, and who does the work of each kind of operation.</content>
public sealed partial class BackupNode
{
    /// <summary>What retention is measured by.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Puts an operation into the queue. Returns at once.</summary>
    public Operation Submit(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RefuseForeign();
        if (request is ScanRequest or IRepeatableRestore or RawRestoreRequest or ImportAccountRequest or CheckRequest { CompareSource: true })
        {
            // Better told now than by an operation that fails when its turn comes.
            _ = Configuration.Source.Maildir ?? MailSourceFactory.Open(Configuration.Source).Description;
        }

        if (request.Notify.Count > 0 && Configuration.Notification is not { SmtpServer: not null, From: not null })
        {
            throw SmtpMailer.NotSet();
        }

        foreach (string address in request.Notify)
        {
            SmtpMailer.CheckAddress(address);
        }

        ScanDoubtful(request);
        var (kind, parameters) = OperationRequestJson.Write(request);
        return Operations.Enqueue(kind, parameters);
    }

    /// <summary>
    /// Queues what should follow an operation that has ended: the indexing of what it has brought, so that searches find it. Whoever waited for the
    /// operation runs the other next; null when there is nothing to do.
    /// </summary>
    public Operation? SubmitFollowUp(Operation ended)
    {
        ArgumentNullException.ThrowIfNull(ended);
        if (!Configuration.SearchIndex || ended is not { State: OperationState.Completed or OperationState.CompletedWithErrors, Report: { } report }
            || ended.Kind is OperationKind.SearchIndex or OperationKind.CoherencyCheck)
        {
            return null;
        }

        bool changed = report.Added + report.Updated + report.Deleted + report.Restored > 0;
        if (!changed && SearchIndex.IsComplete(_layout))
        {
            return null;
        }

        return Operations.List().FirstOrDefault(o => o is { Kind: OperationKind.SearchIndex, State: OperationState.Queued }) ?? Submit(new SearchIndexRequest());
    }

    /// <summary>Runs or waits for a queued operation; see <see cref="OperationQueue.RunAsync"/>.</summary>
    public Task<Operation> RunAsync(Operation operation, Action<Operation>? onUpdate, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(operation);
        bool canShare = operation.Kind is OperationKind.SmartScan or OperationKind.AccountScan or OperationKind.SearchIndex;
        return Operations.RunAsync(operation.Id, ExecuteAsync, onUpdate, canShare ? HasRealtimeService : null, token);
    }

    /// <summary>
    /// A service whose realtime scanner follows changes, or is about to, goes on with that beside what it runs itself; while another process ran it, it would
    /// have to wait.
    /// </summary>
    private bool HasRealtimeService() => GetService() is { State: ServiceState.Running, Realtime.State: not RealtimeState.Stopped };

    /// <summary>Under the writer lock, whichever process queued the operation.</summary>
    private async Task<OperationReport> ExecuteAsync(Operation operation, IOperationSink sink, CancellationToken stop)
    {
        BackupPathSetup.CheckOwner(_layout, ServerId);
        try
        {
            return await ExecuteOnceAsync(operation, sink, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SqliteFailure { IsDamage: true } or MailBackupException { InnerException: SqliteFailure { IsDamage: true } })
        {
            Catalog.Delete(_layout);
            sink.Warning("The catalog was damaged. It has been made anew from the journals.");
        }

        return await ExecuteOnceAsync(operation, sink, stop).ConfigureAwait(false);
    }

    private async Task<OperationReport> ExecuteOnceAsync(Operation operation, IOperationSink sink, CancellationToken stop)
    {
        var request = OperationRequestJson.Read(operation.Kind, operation.Parameters);
        if (request is CheckRequest check)
        {
            return await new CoherencyCheck(_layout, check, OpenCurrentSource, sink).RunAsync(stop).ConfigureAwait(false);
        }

        if (request is RepairRequest repair)
        {
            return await new RepairRun(_layout, ServerId, repair, OpenCurrentSource, sink).RunAsync(stop).ConfigureAwait(false);
        }

        if (request is BackupExportRequest export)
        {
            return await new BackupExport(_layout, ServerId, export, sink).RunAsync(stop).ConfigureAwait(false);
        }

        if (request is ExportAccountRequest archive)
        {
            return await new AccountExport(_layout, archive, sink).RunAsync(stop).ConfigureAwait(false);
        }

        Configuration = ConfigurationFile.Read(_layout);
        if (request is SearchIndexRequest index)
        {
            RequireSearch();
            return await new SearchIndexing(_layout, index, sink, Share).RunAsync(stop).ConfigureAwait(false);
        }

        if (request is PurgeRequest purge)
        {
            return await new PurgeRun(_layout, purge, Configuration, Clock, sink).RunAsync(stop).ConfigureAwait(false);
        }

        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            return request switch
            {
                ScanRequest scan => await new SmartScan(_layout, source, scan, Options(scan), sink, Share).RunAsync(stop).ConfigureAwait(false),
                RestoreRequest restore => await new RestoreRun(_layout, source, RestoreTarget(source), restore, sink).RunAsync(stop).ConfigureAwait(false),
                UndeleteRequest undelete => await new UndeleteRun(_layout, source, RestoreTarget(source), undelete, sink).RunAsync(stop).ConfigureAwait(false),
                AccountRestoreRequest account => await new AccountRestoreRun(
                    _layout, source, RestoreTarget(source), account, HasBegunBefore(operation, account), sink).RunAsync(stop).ConfigureAwait(false),
                ExternalRestoreRequest external => await new ExternalRestoreRun(
                    _layout, ServerId, _home, source, RestoreTarget(source), external, Options(new ScanRequest()), sink).RunAsync(stop).ConfigureAwait(false),
                RawRestoreRequest raw => await new RawRestoreRun(_layout, RestoreTarget(source), raw, sink).RunAsync(stop).ConfigureAwait(false),
                BlobRestoreRequest blobs => await new BlobRestoreRun(_layout, source, blobs, sink).RunAsync(stop).ConfigureAwait(false),
                ImportAccountRequest import => await Import(source, import, sink).RunAsync(stop).ConfigureAwait(false),
                ShareRepairRequest shares => await new ShareRepair(_layout, source, shares, sink).RunAsync(stop).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"Nobody runs a {operation.Kind}."),
            };
        }
    }

    /// <summary>
    /// True when an earlier operation has put something of the same account under the same address: this one goes on with it. One that was refused or stopped
    /// before that says nothing about whose the mailbox is; of one that was interrupted only its progress is known, which begins with its first item.
    /// </summary>
    private bool HasBegunBefore(Operation operation, AccountRestoreRequest request) => Operations.AnyEnded(operation.Kind, o =>
        o.Id != operation.Id
        && o is { Report: { Restored: > 0 } or { Skipped: > 0 } } or { State: OperationState.Interrupted, Progress: not null }
        && OperationRequestJson.Read(o.Kind, o.Parameters) is AccountRestoreRequest earlier
        && string.Equals(earlier.Account, request.Account, StringComparison.OrdinalIgnoreCase)
        && string.Equals(earlier.As, request.As, StringComparison.OrdinalIgnoreCase));

    private IMailSource OpenCurrentSource()
    {
        Configuration = ConfigurationFile.Read(_layout);
        return OpenSource();
    }

    private ScanOptions Options(ScanRequest scan) =>
        new(scan.Deep, scan.AllowEmpty, scan.ReadErrorThreshold ?? Configuration.ReadErrorThreshold,
            Configuration.MassChangePercent, Configuration.MassChangeMinimum);

    /// <summary>What is about to be changed or removed is scanned first, within the same operation.</summary>
    private AccountImport Import(IMailSource source, ImportAccountRequest request, IOperationSink sink)
    {
        var scan = new ScanRequest { Accounts = [request.Account] };
        return new AccountImport(
            _layout, source, request, sink, (scanSink, stop) => new SmartScan(_layout, source, scan, Options(scan), scanSink).RunAsync(stop));
    }

    private static IRestoreTarget RestoreTarget(IMailSource source) => source.RestoreTarget ?? throw new MailBackupException(
        ErrorIds.SourceCannotRestore, $"{source.Description} takes no items back.", "Export the items instead.", source.Description);
}
