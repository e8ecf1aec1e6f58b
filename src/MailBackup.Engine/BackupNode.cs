using MailBackup.Archives;
using MailBackup.Comparing;
using MailBackup.Configuration;
using MailBackup.Exporting;
using MailBackup.Maintenance;
using MailBackup.Maintenance.Anchoring;
using MailBackup.Maintenance.Checking;
using MailBackup.Maintenance.Purging;
using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Notifications;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Restoring.Blobs;
using MailBackup.Restoring.External;
using MailBackup.Scanning;
using MailBackup.Searching;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup;

/// <summary>
/// The front door of the engine: opens a backup path and gives everything else. Reading needs no lock; what changes the backup goes through
/// the queue of operations. Safe for use by several threads.
/// </summary>
public sealed partial class BackupNode : IDisposable
{
    private readonly BackupLayout _layout;
    private readonly string _home;
    private readonly Lazy<OperationQueue> _operations;

    private BackupNode(BackupLayout layout, Guid serverId, NodeConfiguration configuration, NodeOptions? options)
    {
        _layout = layout;
        _home = NodeHome.Resolve(options);
        ServerId = serverId;
        Configuration = configuration;
        var notifier = new OperationNotifier(layout.Root, () => ConfigurationFile.Read(layout).Notification);
        _operations = new(() => new OperationQueue(layout.Operations, layout.WriterLock, notifier));
    }

    /// <summary>Takes what an administrator should know although nothing failed (a damaged journal met on reading).</summary>
    public Action<string>? Warn { get; set; }

    public string Path => _layout.Root;

    /// <summary>The server that the path belongs to.</summary>
    public Guid ServerId { get; }

    /// <summary>Whose the path is when it was opened only to be read (<see cref="OpenForReading"/>); null for the node's own.</summary>
    public BackupMap? ForeignOwner { get; private init; }

    /// <summary>True for an export in the transparent layout.</summary>
    public bool IsExport => _layout is TransparentLayout;

    /// <summary>What to tell whoever reads a path that is not the node's own: whose it is. Null for the node's own.</summary>
    public string? ForeignNotice => ForeignOwner is { } owner ? ForeignPath.Describe(_layout, owner) : null;

    public NodeConfiguration Configuration { get; private set; }

    public OperationQueue Operations
    {
        get
        {
            RefuseForeign();
            return _operations.Value;
        }
    }

    /// <summary>What to tell whoever opens a path that every user of the machine can get at; null when that is not so.</summary>
    public string? ExposureNotice => PrivateFiles.DescribeExposure(_layout.Root);

    /// <summary>Whose a folder is, when it is a backup path; nothing is opened.</summary>
    public static BackupMap? FindOwner(string path)
    {
        var layout = new BackupLayout(path);
        return Directory.Exists(layout.Root) && layout.FindOwner() is { } owner
            ? BackupMap.Read(layout.Map(owner)) ?? new BackupMap { ServerId = owner }
            : null;
    }

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
        var node = new BackupNode(layout, server, ConfigurationFile.Read(layout), options);
        if (configuration is not null)
        {
            node.SaveConfiguration(configuration);
        }

        return node;
    }

    /// <summary>
    /// Takes over the backup path of a server that is gone for good, and records whose it was. Its queued operations are cancelled: they were meant for that
    /// server. Errors: as <see cref="Open"/> without <c>BackupPathOwnedByAnotherServer</c>, and <c>BackupPathBusy</c> while that server writes.
    /// </summary>
    public static BackupNode Adopt(string path, NodeOptions? options = null)
    {
        bool adopted = BackupPathSetup.Adopt(path, NodeHome.GetServerId(options), Actor.Name);
        var node = Open(path, options);
        if (adopted)
        {
            node.Operations.RequestStopAll();
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
        return new BackupNode(layout, server, ConfigurationFile.Read(layout), options);
    }

    /// <summary>
    /// Opens a backup path to read what is in it, whoever owns it: the node's own like <see cref="Open"/>, another server's or an export without
    /// changing a byte in it, even while its own server writes to it. What is made to read such a path lies in the node's home, under
    /// <c>external/</c>, and may be deleted. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathFormatTooNew</c>,
    /// <c>HomeNotWritable</c>.
    /// </summary>
    public static BackupNode OpenForReading(string path, NodeOptions? options = null)
    {
        var plain = new BackupLayout(path);
        return Directory.Exists(plain.Root) && !ForeignPath.IsExport(plain) && plain.FindOwner() == NodeHome.GetServerId(options)
            ? Open(path, options)
            : OpenForeign(path, options);
    }

    private static BackupNode OpenForeign(string path, NodeOptions? options)
    {
        var (layout, owner) = ForeignPath.Open(path, NodeHome.Resolve(options));
        return new BackupNode(layout, owner.ServerId, ForeignConfiguration(layout), options) { ForeignOwner = owner };
    }

    /// <summary>Not queued: takes effect at once.</summary>
    public void SaveConfiguration(NodeConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        RefuseForeign();
        if (configuration.MassChangePercent is < 0 or > 100)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, FormattableString.Invariant($"{configuration.MassChangePercent} is no share of an account in percent."),
                "Give a number from 0 (never) to 100.");
        }

        foreach (var (_, entry) in configuration.Schedule.Entries)
        {
            entry.Validate();
        }

        foreach (string address in configuration.Notification.From is { } from ? configuration.Notification.To.Append(from) : configuration.Notification.To)
        {
            SmtpMailer.CheckAddress(address);
        }

        ConfigurationFile.Write(_layout, configuration);
        Configuration = configuration;
        if (!configuration.SearchIndex)
        {
            SearchIndex.Delete(_layout);
        }
    }

    /// <summary>Opens the source of the configuration. Errors: <c>SourceNotSet</c>, <c>SourceNotFound</c>.</summary>
    public IMailSource OpenSource()
    {
        RefuseForeign();
        return MailSourceFactory.Open(Configuration.Source);
    }

    /// <summary>Accounts by name, deleted ones too, as they were at <paramref name="at"/> (null: now).</summary>
    public IReadOnlyList<Account> GetAccounts(DateTimeOffset? at = null) => AccountListing.List(_layout, at);

    /// <summary>The holds that keep accounts from being purged, by account name. Errors: <c>LegalHoldDamaged</c>.</summary>
    public IReadOnlyList<LegalHold> GetLegalHolds() => LegalHolds.Load(_layout).All;

    /// <summary>Every change of holds, oldest first. Errors: <c>LegalHoldDamaged</c>.</summary>
    public IReadOnlyList<LegalHoldChange> GetLegalHoldHistory() => [.. LegalHolds.ReadChanges(_layout)];

    /// <summary>
    /// Places holds or lifts them (the automatic ones too), all or none. Not queued: takes effect at once, beside a running operation. Errors:
    /// <c>AccountNotFound</c>, <c>ArgumentInvalid</c>, <c>LegalHoldDamaged</c>, <c>BackupPathBusy</c>.
    /// </summary>
    /// <param name="accounts">Addresses or account ids; null for every account that the backup knows, deleted ones too.</param>
    /// <returns>The accounts that were not so already.</returns>
    public IReadOnlyList<string> SetLegalHold(IReadOnlyList<string>? accounts, bool held, string? reason)
    {
        RefuseForeign();
        return LegalHoldSwitch.Set(_layout, accounts, held, reason ?? "");
    }

    /// <summary>The classes of service of the directory, as it is now. Errors: <c>SourceNotSet</c>, <c>DirectoryNotSet</c>, <c>SourceUnreadable</c>, <c>LdifInvalid</c>.</summary>
    public Task<IReadOnlyList<CosBackup>> GetCosBackupsAsync(CancellationToken token) => WithSourceAsync(s => CosSwitch.ListAsync(s, token));

    /// <summary>
    /// Writes the marker into the notes of a COS, or takes it out. Its accounts are left alone, or taken up again, from the next scan on. Errors: as
    /// <see cref="GetCosBackupsAsync"/>, and <c>CosNotFound</c>, <c>DirectoryNotWritable</c>.
    /// </summary>
    /// <returns>False when it was so already.</returns>
    public Task<bool> SetCosBackupAsync(string cos, bool enabled, CancellationToken token) => WithSourceAsync(s => CosSwitch.SetAsync(s, cos, enabled, token));

    /// <summary>Every state of an account's own attributes, oldest first. Errors: <c>AccountNotFound</c>.</summary>
    public IReadOnlyList<Account> GetAccountHistory(string account) => AccountListing.History(_layout, account);

    /// <summary>
    /// Addresses of all accounts that the server has now, in its directory or as a mailbox. Errors: <c>SourceNotSet</c>, <c>SourceNotFound</c>,
    /// <c>SourceUnreadable</c>, <c>LdifInvalid</c>.
    /// </summary>
    public async Task<IReadOnlySet<string>> GetLiveAccountsAsync(CancellationToken token)
    {
        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            var names = new HashSet<string>(await source.ListMailboxesAsync(token).ConfigureAwait(false), StringComparer.OrdinalIgnoreCase);
            var directory = await source.ReadProvisioningAsync(null, token).ConfigureAwait(false);
            names.UnionWith(directory?.Entries.Where(e => e.Kind == ProvisioningKind.Account).Select(e => e.Name) ?? []);
            return names;
        }
    }

    /// <summary>Domains, COS or lists by name as they were at a moment, deleted ones left out.</summary>
    public IReadOnlyList<ProvisioningEntry> GetProvisioning(ProvisioningKind kind, DateTimeOffset? at = null) =>
        AccountListing.Entries(_layout, kind, at);

    /// <summary>Streams the states that the query asks for, by account and item id. Errors: <c>AccountNotFound</c>, <c>FolderNotFound</c>, <c>ItemNotFound</c>.</summary>
    public IEnumerable<BackupItem> GetItems(ItemQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Reading.Stream(r => r.Items.List(query));
    }

    /// <summary>
    /// Streams the items that fit a query, best first, then newest first. What the index has not read yet is not found, and told to
    /// <see cref="Warn"/>. Errors: <c>SearchQueryInvalid</c>, <c>SearchIndexOff</c>, <c>SearchIndexMissing</c>, <c>SearchIndexDamaged</c>,
    /// <c>AccountNotFound</c>, <c>FolderNotFound</c>.
    /// </summary>
    public IEnumerable<FoundItem> Search(SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireSearch();
        return new Searching.Search(_layout, Reading, query, message => Warn?.Invoke(message)).Run();
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

    /// <summary>
    /// Opens content by its digest alone, without knowing what it belongs to: a stored blob, or a message that is stored in two parts. Errors:
    /// <c>BlobMissing</c>, <c>BlobDamaged</c> (at the latest on reading the last byte).
    /// </summary>
    public Stream OpenContent(Digest digest) => Reading.Read(r => r.FindByDigest(digest) is { } state ? r.Content.Open(state) : r.Content.OpenBlob(digest));

    /// <summary>The file name that content of this digest would have: the digest, and what the item that it belongs to is.</summary>
    public string SuggestFileName(Digest digest) => digest + (Reading.Read(r => r.FindByDigest(digest))?.Type switch
    {
        ItemType.Message => ".eml",
        ItemType.Contact or ItemType.ContactGroup => ".vcf",
        ItemType.Appointment or ItemType.Task => ".ics",
        _ => ".bin",
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
            ItemType.Document when item.Subject.Length > 0 => SafeFileName(id, item.Subject),
            _ => $"{id}.json",
        };
    }

    /// <summary>Who owns the path. Read without opening the catalog.</summary>
    public BackupMap GetMap() => ForeignOwner ?? BackupMap.Read(_layout.Map(ServerId)) ?? new BackupMap { ServerId = ServerId };

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

    /// <summary>
    /// Streams what was added, changed, moved and deleted in an account between two moments (<paramref name="with"/> null: now). Errors:
    /// <c>AccountNotFound</c>, <c>ArgumentInvalid</c> when the second moment is not the later.
    /// </summary>
    public IEnumerable<ItemChange> Compare(string account, DateTimeOffset at, DateTimeOffset? with = null)
    {
        var later = with ?? DateTimeOffset.UtcNow;
        return later > at
            ? Reading.Stream(r => new AccountComparison(r, r.Items.Find(account), at, later).Changes())
            : throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"{later:u} is not after {at:u}.", "Give the earlier moment first; the later one is now when it is left out.", at);
    }

    /// <summary>
    /// Writes an account as it was at a moment as a zip archive into a stream, which may be a pipe. Only reads, so it is not queued. What could not be read
    /// is told to <paramref name="sink"/> and counted in the report; what has gone into the stream when this throws is no archive.
    /// </summary>
    public Task<OperationReport> ExportAccountAsync(string account, DateTimeOffset? at, Stream output, IOperationSink sink, CancellationToken stop) =>
        new AccountExport(_layout, new ExportAccountRequest { Account = account, At = at, Format = ArchiveFormat.Zip, Destination = "" }, sink)
            .RunAsync(output, stop);

    /// <summary>Counts what an import would do; changes nothing. Errors: as the import's.</summary>
    public async Task<ImportPreview> PreviewImportAsync(ImportAccountRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            return await Import(source, request, new OperationRecorder()).PreviewAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Living items whose content the mail server has lost. Changes nothing. Errors: <c>AccountNotFound</c>, <c>SourceNotSet</c>, those of the source. A
    /// folder or item that cannot be looked at is told to <paramref name="trouble"/>.
    /// </summary>
    public Task<IReadOnlyList<LostContent>> FindLostContentAsync(BlobRestoreRequest request, Action<ItemTrouble> trouble, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WithSourceAsync(source => Reading.ReadAsync<IReadOnlyList<LostContent>>(async reader =>
        {
            var lost = new List<LostContent>();
            await foreach (var content in BlobRestoreRun.PlanAsync(reader, source, request, trouble, token).ConfigureAwait(false))
            {
                lost.Add(content);
            }

            return lost;
        }));
    }

    /// <summary>What a purge would take away now. Changes nothing. Errors: <c>ArgumentInvalid</c>.</summary>
    public Task<PurgePlan> PlanPurgeAsync(PurgeRequest request, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Reading.ReadAsync(reader => PurgeRun.PlanAsync(reader, request, Configuration, Clock, token));
    }

    /// <summary>Puts an operation into the queue. Returns at once.</summary>
    public Operation Submit(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RefuseForeign();
        if (request is ScanRequest or IRepeatableRestore or ImportAccountRequest or CheckRequest { CompareSource: true })
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

    /// <summary>What its own server wrote; a file that cannot be read must not stand in the way of the mails.</summary>
    private static NodeConfiguration ForeignConfiguration(BackupLayout layout)
    {
        try
        {
            return ConfigurationFile.Read(layout);
        }
        catch (Exception e) when (e is MailBackupException or IOException or UnauthorizedAccessException)
        {
            return new();
        }
    }

    private void RefuseForeign()
    {
        if (ForeignOwner is { } owner)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathOwnedByAnotherServer,
                IsExport ? $"{Path} is an export of server {owner.ServerId}." : $"The backup path {Path} belongs to server {owner.ServerId}.",
                "It can only be read and restored from. Nothing was changed.",
                Path);
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
            return await new SearchIndexing(_layout, index, sink).RunAsync(stop).ConfigureAwait(false);
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
                ScanRequest scan => await new SmartScan(_layout, source, scan, Options(scan), sink).RunAsync(stop).ConfigureAwait(false),
                RestoreRequest restore => await new RestoreRun(_layout, source, RestoreTarget(source), restore, sink).RunAsync(stop).ConfigureAwait(false),
                UndeleteRequest undelete => await new UndeleteRun(_layout, source, RestoreTarget(source), undelete, sink).RunAsync(stop).ConfigureAwait(false),
                AccountRestoreRequest account => await new AccountRestoreRun(_layout, source, RestoreTarget(source), account, sink).RunAsync(stop).ConfigureAwait(false),
                ExternalRestoreRequest external => await new ExternalRestoreRun(
                    _layout, ServerId, _home, source, RestoreTarget(source), external, Options(new ScanRequest()), sink).RunAsync(stop).ConfigureAwait(false),
                BlobRestoreRequest blobs => await new BlobRestoreRun(_layout, source, blobs, sink).RunAsync(stop).ConfigureAwait(false),
                ImportAccountRequest import => await Import(source, import, sink).RunAsync(stop).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"Nobody runs a {operation.Kind}."),
            };
        }
    }

    private void RequireSearch()
    {
        if (!Configuration.SearchIndex)
        {
            throw new MailBackupException(
                ErrorIds.SearchIndexOff,
                $"Searching is switched off for {Path}.",
                "Switch it on with 'mailbackup index --on', which builds the index too.",
                Path);
        }
    }

    private async Task<T> WithSourceAsync<T>(Func<IMailSource, Task<T>> work)
    {
        RefuseForeign();
        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            return await work(source).ConfigureAwait(false);
        }
    }

    private IMailSource OpenCurrentSource()
    {
        Configuration = ConfigurationFile.Read(_layout);
        return OpenSource();
    }

    private ScanOptions Options(ScanRequest scan) =>
        new(scan.Deep, scan.AllowEmpty, scan.ReadErrorThreshold ?? Configuration.ReadErrorThreshold,
            Configuration.MassChangePercent, Configuration.MassChangeMinimum);

    /// <summary>A name from a server must not lead out of a folder (<c>../x</c>), nor become a hidden file that a shell reads, nor look like an option.</summary>
    private static string SafeFileName(ItemId id, string name)
    {
        string safe = string.Concat(name.Select(c => c == '/' || char.IsControl(c) ? '_' : c));
        return safe[0] is '.' or '-' or '~' ? $"{id}{safe}" : safe;
    }

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
