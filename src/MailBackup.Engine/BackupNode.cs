using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup;

/// <summary>
/// The front door of the engine: opens a backup path and gives everything else. Reading needs no lock; what changes the backup goes through
/// the queue of operations.
/// </summary>
public sealed class BackupNode : IDisposable
{
    private BackupNode()
    {
    }

    public string Path { get; } = "";

    public NodeConfiguration Configuration { get; private set; } = new();

    public OperationQueue Operations => throw new NotImplementedException();

    /// <summary>True when the folder is a backup path (of any server).</summary>
    public static bool IsInitialized(string path) => throw new NotImplementedException();

    /// <summary>
    /// Makes a backup path for this server. Repeating it on one's own path changes nothing but the configuration given. Errors:
    /// <c>BackupPathNotWritable</c>, <c>BackupPathCaseInsensitive</c>, <c>BackupPathOwnedByAnotherServer</c>, <c>BackupPathNotEmpty</c>,
    /// <c>BackupPathFormatTooNew</c>, <c>HomeNotWritable</c>.
    /// </summary>
    public static BackupNode Initialize(string path, NodeConfiguration? configuration = null, NodeOptions? options = null) =>
        throw new NotImplementedException();

    /// <summary>
    /// Opens a backup path. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathOwnedByAnotherServer</c>,
    /// <c>BackupPathFormatTooNew</c>.
    /// </summary>
    public static BackupNode Open(string path, NodeOptions? options = null) => throw new NotImplementedException();

    /// <summary>Not queued: takes effect at once.</summary>
    public void SaveConfiguration(NodeConfiguration configuration) => throw new NotImplementedException();

    /// <summary>Accounts by name, deleted ones too, as they were at <paramref name="at"/> (null: now).</summary>
    public IReadOnlyList<Account> GetAccounts(DateTimeOffset? at = null) => throw new NotImplementedException();

    /// <summary>Streams the states that the query asks for, by account and item id. Errors: <c>AccountNotFound</c>, <c>FolderNotFound</c>, <c>ItemNotFound</c>.</summary>
    public IEnumerable<BackupItem> GetItems(ItemQuery query) => throw new NotImplementedException();

    /// <summary>Every state of one item, oldest first.</summary>
    public IReadOnlyList<BackupItem> GetHistory(string account, ItemId id) => throw new NotImplementedException();

    /// <summary>Writes the JSON array of an item's transactions, as they stand in the journal.</summary>
    public void ExportTransactions(string account, ItemId id, Stream output) => throw new NotImplementedException();

    /// <summary>
    /// Opens the content of an item as it was at <paramref name="at"/> (null: its latest content). Errors: <c>ItemNotFound</c>,
    /// <c>ItemHasNoContent</c>, <c>BlobMissing</c>, <c>BlobDamaged</c> (thrown at the latest on reading the last byte).
    /// </summary>
    public Stream OpenContent(string account, ItemId id, DateTimeOffset? at = null) => throw new NotImplementedException();

    /// <summary>The file name that an exported item would have: <c>12.eml</c>, <c>13.vcf</c>, <c>14.ics</c>, a document's own name.</summary>
    public string SuggestFileName(string account, ItemId id) => throw new NotImplementedException();

    public BackupInfo GetInfo() => throw new NotImplementedException();

    /// <summary>Puts an operation into the queue. Returns at once.</summary>
    public Operation Submit(OperationRequest request) => throw new NotImplementedException();

    /// <summary>Runs or waits for a queued operation; see <see cref="OperationQueue.RunAsync"/>.</summary>
    public Task<Operation> RunAsync(Operation operation, Action<Operation>? onUpdate, CancellationToken token) =>
        throw new NotImplementedException();

    public void Dispose()
    {
    }
}
