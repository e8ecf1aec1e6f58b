using MailBackup.Archives;
using MailBackup.Comparing;
using MailBackup.Exporting;
using MailBackup.Maintenance;
using MailBackup.Maintenance.Anchoring;
using MailBackup.Maintenance.Checking;
using MailBackup.Maintenance.Purging;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Blobs;
using MailBackup.Scanning;
using MailBackup.Searching;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup;

/// <content>What can be asked without a lock.</content>
public sealed partial class BackupNode
{
    /// <summary>Accounts by name, deleted ones too, as they were at <paramref name="at"/> (null: now).</summary>
    public IReadOnlyList<Account> GetAccounts(DateTimeOffset? at = null) => AccountListing.List(_layout, at);

    /// <summary>The holds that keep accounts from being purged, by account name. Errors: <c>LegalHoldDamaged</c>.</summary>
    public IReadOnlyList<LegalHold> GetLegalHolds() => LegalHolds.Load(_layout).All;

    /// <summary>Every change of holds, oldest first. Errors: <c>LegalHoldDamaged</c>.</summary>
    public IReadOnlyList<LegalHoldChange> GetLegalHoldHistory() => [.. LegalHolds.ReadChanges(_layout)];

    /// <summary>Every state of an account's own attributes, oldest first. Errors: <c>AccountNotFound</c>.</summary>
    public IReadOnlyList<Account> GetAccountHistory(string account) => Reading.Read(r => AccountListing.History(_layout, r.Items.Find(account)));

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
    /// Streams the items that fit a query, best first, then newest first; of more than 5,000, those that were indexed last come first, ranked
    /// among themselves, then the 5,000 before them, and so on. What the index has not read yet is not found, and told to
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
    /// Streams living items whose content the mail server has lost. Changes nothing. Errors: <c>AccountNotFound</c>, <c>SourceNotSet</c>, those of the source. A
    /// folder or item that cannot be looked at is told to <paramref name="trouble"/>.
    /// </summary>
    public IAsyncEnumerable<LostContent> FindLostContentAsync(BlobRestoreRequest request, Action<ItemTrouble> trouble, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        RefuseForeign();
        return StreamLostContentAsync(request, trouble, token);
    }

    /// <summary>What a purge would take away now. Changes nothing. Errors: <c>ArgumentInvalid</c>.</summary>
    public Task<PurgePlan> PlanPurgeAsync(PurgeRequest request, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Reading.ReadAsync(reader => PurgeRun.PlanAsync(reader, request, Configuration, Clock, token));
    }

    private async IAsyncEnumerable<LostContent> StreamLostContentAsync(
        BlobRestoreRequest request, Action<ItemTrouble> trouble, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        var source = OpenSource();
        await using (source.ConfigureAwait(false))
        {
            await foreach (var content in Reading.StreamAsync(r => BlobRestoreRun.PlanAsync(r, source, request, trouble, token)).ConfigureAwait(false))
            {
                yield return content;
            }
        }
    }

    /// <summary>One reader for all reads of the node, as long as the backup path stays as it is.</summary>
    internal BackupReading Reading => _reading.Value;

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

    /// <summary>A name from a server must not lead out of a folder (<c>../x</c>), nor become a hidden file that a shell reads, nor look like an option.</summary>
    private static string SafeFileName(ItemId id, string name)
    {
        string safe = string.Concat(name.Select(c => c == '/' || char.IsControl(c) ? '_' : c));
        return safe[0] is '.' or '-' or '~' ? $"{id}{safe}" : safe;
    }

    private List<(BackupItem Item, JournalPlace Place)> History(string account, ItemId id) => Reading.Read(r => r.Items.History(account, id));
}
