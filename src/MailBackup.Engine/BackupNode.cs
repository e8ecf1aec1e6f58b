using MailBackup.Configuration;
using MailBackup.Maintenance;
using MailBackup.Maintenance.Anchoring;
using MailBackup.Maintenance.Checking;
using MailBackup.Maintenance.Purging;
using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Notifications;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup;

/// <summary>
/// The front door of the engine: opens a backup path and gives everything else. Reading needs no lock; what changes the backup goes through
/// the queue of operations. Safe for use by several threads.
/// </summary>
public sealed class BackupNode : IDisposable
{
    private readonly BackupLayout _layout;
    private readonly Lazy<OperationQueue> _operations;

    private BackupNode(BackupLayout layout, Guid serverId, NodeConfiguration configuration)
    {
        _layout = layout;
        ServerId = serverId;
        Configuration = configuration;
        var notifier = new OperationNotifier(layout.Root, () => ConfigurationFile.Read(layout).Notification);
        _operations = new(() => new OperationQueue(layout.Operations, layout.WriterLock, notifier));
    }

    /// <summary>Takes what an administrator should know although nothing failed (a damaged journal met on reading).</summary>
    public Action<string>? Warn { get; set; }

    public string Path => _layout.Root;

    public Guid ServerId { get; }

    public NodeConfiguration Configuration { get; private set; }

    public OperationQueue Operations => _operations.Value;

    /// <summary>True when the folder is a backup path (of any server).</summary>
    public static bool IsInitialized(string path) => BackupPathSetup.IsInitialized(path);

    /// <summary>
    /// Makes a backup path for this server. Repeating it on one's own path changes nothing but the configuration given. Errors:
    /// <c>BackupPathNotWritable</c>, <c>BackupPathCaseInsensitive</c>, <c>BackupPathOwnedByAnotherServer</c>, <c>BackupPathNotEmpty</c>,
    /// <c>BackupPathFormatTooNew</c>, <c>HomeNotWritable</c>.
    /// </summary>
    public static BackupNode Initialize(string path, NodeConfiguration? configuration = null, NodeOptions? options = null)
    {
        var server = NodeHome.GetServerId(options);
        var layout = BackupPathSetup.Initialize(path, server);
        var node = new BackupNode(layout, server, ConfigurationFile.Read(layout));
        if (configuration is not null)
        {
            node.SaveConfiguration(configuration);
        }

        return node;
    }

    /// <summary>
    /// Opens a backup path. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathOwnedByAnotherServer</c>,
    /// <c>BackupPathFormatTooNew</c>, <c>ConfigurationInvalid</c>.
    /// </summary>
    public static BackupNode Open(string path, NodeOptions? options = null)
    {
        var server = NodeHome.GetServerId(options);
        var layout = BackupPathSetup.Open(path, server);
        return new BackupNode(layout, server, ConfigurationFile.Read(layout));
    }

    /// <summary>Not queued: takes effect at once.</summary>
    public void SaveConfiguration(NodeConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (string address in configuration.Notification.From is { } from ? configuration.Notification.To.Append(from) : configuration.Notification.To)
        {
            SmtpMailer.CheckAddress(address);
        }

        ConfigurationFile.Write(_layout, configuration);
        Configuration = configuration;
    }

    /// <summary>Opens the source of the configuration. Errors: <c>SourceNotSet</c>, <c>SourceNotFound</c>.</summary>
    public IMailSource OpenSource() => MailSourceFactory.Open(Configuration.Source);

    /// <summary>Accounts by name, deleted ones too, as they were at <paramref name="at"/> (null: now).</summary>
    public IReadOnlyList<Account> GetAccounts(DateTimeOffset? at = null) => AccountListing.List(_layout, at);

    /// <summary>Every state of an account's own attributes, oldest first. Errors: <c>AccountNotFound</c>.</summary>
    public IReadOnlyList<Account> GetAccountHistory(string account) => AccountListing.History(_layout, account);

    /// <summary>Domains, COS or lists by name as they were at a moment, deleted ones left out.</summary>
    public IReadOnlyList<ProvisioningEntry> GetProvisioning(ProvisioningKind kind, DateTimeOffset? at = null) =>
        AccountListing.Entries(_layout, kind, at);

    /// <summary>Streams the states that the query asks for, by account and item id. Errors: <c>AccountNotFound</c>, <c>FolderNotFound</c>, <c>ItemNotFound</c>.</summary>
    public IEnumerable<BackupItem> GetItems(ItemQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Reading.Stream(r => r.Items.List(query));
    }

    /// <summary>Every state of one item, oldest first. Errors: <c>AccountNotFound</c>, <c>ItemNotFound</c>.</summary>
    public IReadOnlyList<BackupItem> GetHistory(string account, ItemId id) => History(account, id).ConvertAll(s => s.Item);

    /// <summary>Writes the JSON array of an item's transactions, as they stand in the journal.</summary>
    public void ExportTransactions(string account, ItemId id, Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var lines = BackupReader.Settled(_layout, () => History(account, id).ConvertAll(h => JournalLookup.ReadLine(_layout, h.Item.AccountId, h.Place)));
        for (int i = 0; i < lines.Count; i++)
        {
            output.Write(i == 0 ? "[\n"u8 : ",\n"u8);
            output.Write(lines[i]);
        }

        output.Write("\n]\n"u8);
    }

    /// <summary>
    /// Opens the content of an item as it was at <paramref name="at"/> (null: its latest content). Errors: <c>ItemNotFound</c>,
    /// <c>ItemHasNoContent</c>, <c>BlobMissing</c>, <c>BlobDamaged</c> (thrown at the latest on reading the last byte).
    /// </summary>
    public Stream OpenContent(string account, ItemId id, DateTimeOffset? at = null) => Reading.Read(reader =>
    {
        var (item, state) = reader.FindState(account, id, at);
        return item.Type != ItemType.Folder ? reader.Content.Open(state) : throw new MailBackupException(
            ErrorIds.ItemHasNoContent, $"Item {id} of {account} is the folder '{item.Folder}'.", "Export the items in it instead.", id.Value);
    });

    /// <summary>The file name that an exported item would have: <c>12.eml</c>, <c>13.vcf</c>, <c>14.ics</c>, a document's own name.</summary>
    public string SuggestFileName(string account, ItemId id)
    {
        var item = History(account, id)[^1].Item;
        return item.Type switch
        {
            ItemType.Message => $"{id}.eml",
            ItemType.Contact or ItemType.ContactGroup => $"{id}.vcf",
            ItemType.Appointment or ItemType.Task => $"{id}.ics",
            ItemType.Document when item.Subject.Length > 0 && !item.Subject.Contains('/', StringComparison.Ordinal) => item.Subject,
            _ => $"{id}.json",
        };
    }

    /// <summary>Who owns the path. Read without opening the catalog.</summary>
    public BackupMap GetMap() => BackupMap.Read(_layout.Map(ServerId)) ?? new BackupMap { ServerId = ServerId };

    /// <summary>The heads of all journals, proved line by line, to be kept elsewhere. Errors: <c>JournalDamaged</c>.</summary>
    public BackupAnchor CreateAnchor(CancellationToken token = default) => new AnchorCheck(_layout, ServerId).Create(token);

    /// <summary>What became of each journal since the anchor was made. Errors: <c>AnchorInvalid</c>.</summary>
    public IEnumerable<AnchorResult> VerifyAnchor(BackupAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        return new AnchorCheck(_layout, ServerId).Verify(anchor);
    }

    /// <summary>What retention is measured by.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    public BackupInfo GetInfo() => Reading.Read(reader => BackupStatistics.Collect(_layout, reader, ServerId));

    /// <summary>What a purge would take away now. Changes nothing. Errors: <c>ArgumentInvalid</c>.</summary>
    public Task<PurgePlan> PlanPurgeAsync(PurgeRequest request, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Reading.ReadAsync(reader => PurgeRun.PlanAsync(reader, request, Configuration, IsHeld, Clock, token));
    }

    /// <summary>Puts an operation into the queue. Returns at once.</summary>
    public Operation Submit(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request is ScanRequest or RestoreRequest or CheckRequest { CompareSource: true })
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

        var (kind, parameters) = OperationRequestJson.Write(request);
        return Operations.Enqueue(kind, parameters);
    }

    /// <summary>Runs or waits for a queued operation; see <see cref="OperationQueue.RunAsync"/>.</summary>
    public Task<Operation> RunAsync(Operation operation, Action<Operation>? onUpdate, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Operations.RunAsync(operation.Id, ExecuteAsync, onUpdate, token);
    }

    /// <summary>
    /// Sends a mail that tells nothing but that the relay takes it. Errors: <c>NotificationNotSet</c>, <c>NotificationFailed</c>,
    /// <c>PasswordFileUnusable</c>, <c>ArgumentInvalid</c>.
    /// </summary>
    /// <param name="recipients">None: the configured administrators.</param>
    /// <returns>Whom it was sent to.</returns>
    public async Task<IReadOnlyList<string>> SendTestMailAsync(IReadOnlyList<string> recipients, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        var configuration = Configuration.Notification;
        var to = recipients.Count > 0 ? recipients : configuration.To;
        if (to.Count == 0)
        {
            throw SmtpMailer.NotSet();
        }

        foreach (string address in to)
        {
            SmtpMailer.CheckAddress(address);
        }

        await new SmtpMailer(configuration).SendAsync(
            to, $"MailBackup on {Environment.MachineName}: test", $"This relay takes mails about the backup path {Path}.\r\n", token).ConfigureAwait(false);
        return to;
    }

    public void Dispose()
    {
        if (_operations.IsValueCreated)
        {
            _operations.Value.Dispose();
        }
    }

    private BackupReading Reading => new(_layout, message => Warn?.Invoke(message));

    private List<(BackupItem Item, JournalPlace Place)> History(string account, ItemId id) => Reading.Read(r => r.Items.History(account, id));

    /// <summary>Under the writer lock, whichever process queued the operation.</summary>
    private async Task<OperationReport> ExecuteAsync(Operation operation, IOperationSink sink, CancellationToken stop)
    {
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

        Configuration = ConfigurationFile.Read(_layout);
        if (request is PurgeRequest purge)
        {
            return await new PurgeRun(_layout, purge, Configuration, IsHeld, Clock, sink).RunAsync(stop).ConfigureAwait(false);
        }

        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            return request switch
            {
                ScanRequest scan => await new SmartScan(_layout, source, scan, Options(scan), sink).RunAsync(stop).ConfigureAwait(false),
                RestoreRequest restore => await new RestoreRun(_layout, RestoreTarget(source), restore, sink).RunAsync(stop).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"Nobody runs a {operation.Kind}."),
            };
        }
    }

    private IMailSource OpenCurrentSource()
    {
        Configuration = ConfigurationFile.Read(_layout);
        return OpenSource();
    }

    private static bool IsHeld(Guid account) => false;

    private ScanOptions Options(ScanRequest scan) =>
        new(scan.Deep, scan.AllowEmpty, scan.ReadErrorThreshold ?? Configuration.ReadErrorThreshold);

    private static IRestoreTarget RestoreTarget(IMailSource source) => source.RestoreTarget ?? throw new MailBackupException(
        ErrorIds.SourceCannotRestore, $"{source.Description} takes no items back.", "Export the items instead.", source.Description);
}
