using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>
/// Puts items back on the server, as they are listed or as they were at a date. What comes down the pipeline is gathered and restored by one
/// operation an account; nothing on the server is overwritten, and what is there already is skipped.
/// </summary>
[Cmdlet(VerbsData.Restore, "Item", DefaultParameterSetName = ObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class RestoreItemCommand : OperationCommand
{
    private const string ObjectSet = "InputObject";
    private const string IdSet = "Id";
    private const string OperationSet = "Operation";
    private const string RawSet = "Raw";

    /// <summary>In order of arrival, so that reports come in the order in which accounts were named.</summary>
    private readonly OrderedDictionary<(string Path, string Account, DateTimeOffset? At), SortedSet<ItemId>> _batches = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public BackupItem InputObject { get; set; } = null!;

    /// <summary>A restore, of which what it could not restore is restored again, and nothing else.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OperationSet)]
    public BackupOperation Operation { get; set; } = null!;

    /// <summary>Content without metadata: a message of which nothing is known but its digest.</summary>
    /// <remarks>
    /// Nothing mandatory of this set may be out of the pipeline's reach, or PowerShell takes the default set for objects with the properties Account and Id.
    /// </remarks>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = RawSet)]
    public SwitchParameter Raw { get; set; }

    /// <summary>Digests of whole contents, or of stored blobs.</summary>
    [Parameter(ParameterSetName = RawSet)]
    [ValidateNotNullOrEmpty]
    public string[] Digest { get; set; } = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = RawSet)]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    public string Account { get; set; } = "";

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    [ValidateNotNullOrEmpty]
    public ItemId[] Id { get; set; } = [];

    /// <summary>As they were at this moment. Default: the state piped in, else the latest in which the item was not deleted.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ParameterSetName = IdSet, ValueFromPipelineByPropertyName = true)]
    public DateTimeOffset? At { get; set; }

    /// <summary>The folder to restore into. Default: the one that each item was in.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ParameterSetName = IdSet)]
    [Parameter(ParameterSetName = RawSet)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    /// <summary>The account to restore into. Default: the items' own.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    public string? To { get; set; }

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        if (ParameterSetName == OperationSet)
        {
            Repeat(path);
            return;
        }

        if (ParameterSetName == RawSet)
        {
            string folder = Folder ?? RawRestoreRequest.DefaultFolder;
            if (ShouldProcess($"{Account}, {Digest.Length.ToString(CultureInfo.InvariantCulture)} contents", $"Restore into {folder}, without metadata"))
            {
                Start(path, new RawRestoreRequest { Account = Account, Digests = Digest, Folder = folder }, failureEnds: false);
            }

            return;
        }

        if (ParameterSetName == ObjectSet)
        {
            string text = InputObject.Subject.Length > 0 ? $" '{InputObject.Subject}'" : "";
            string account = CallAccount(OpenNode(path), InputObject.AccountId, InputObject.Account);
            Gather(path, account, InputObject.Id, At ?? ListedAt(InputObject), $"{InputObject.Type}{text}", InputObject.Folder);
            return;
        }

        foreach (var id in Id)
        {
            Gather(path, Account, id, At, "item", null);
        }
    }

    protected override void End()
    {
        foreach (var ((path, account, at), items) in _batches)
        {
            StopToken.ThrowIfCancellationRequested();
            var request = new RestoreRequest
            {
                Account = account,
                Items = [.. items.Select(i => i.Value)],
                At = at,
                Folder = Folder,
                To = To,
            };
            Start(path, request, failureEnds: false);
        }
    }

    private void Repeat(string path)
    {
        var node = OpenNode(path);
        var operation = node.Operations.Find(Operation.Id) ?? throw new MailBackupException(
            ErrorIds.OperationNotFound, $"There is no operation {Operation.Id}.", "See 'mailbackup operations --history'.", Operation.Id);
        foreach (var request in RestoreAgain.Of(operation))
        {
            StopToken.ThrowIfCancellationRequested();
            if (ShouldProcess($"{operation.Kind} {operation.Id}: {What(request)}", "Restore what was not restored"))
            {
                Start(path, request, failureEnds: false);
            }
        }
    }

    private static string What(OperationRequest request) => request switch
    {
        RestoreRequest { Account: { } account, Items.Count: var count } => $"{account}, {(count > 0 ? $"{count} items" : "all items")}",
        UndeleteRequest { Accounts: var accounts, Items.Count: > 0 and var count } => $"{accounts[0]}, {count} items",
        BlobRestoreRequest { Accounts: var accounts, Items.Count: > 0 and var count } => $"{accounts[0]}, {count} contents",
        AccountRestoreRequest { Account: var account, Items.Count: > 0 and var count } => $"{account}, {count} items",
        _ => "all of it",
    };

    private void Gather(string path, string account, ItemId id, DateTimeOffset? at, string what, string? folder)
    {
        string where = (To, Folder ?? folder) switch
        {
            (null, null) => "where it was",
            (null, { } f) => f,
            ({ } to, null) => to,
            ({ } to, { } f) => $"{to}, {f}",
        };
        string when = at is { } moment ? string.Create(CultureInfo.InvariantCulture, $" as of {moment.LocalDateTime:yyyy-MM-dd HH:mm:ss}") : "";
        if (!ShouldProcess($"{account} {id}, {what}{when}", $"Restore into {where}"))
        {
            return;
        }

        var key = (path, account, at);
        if (!_batches.TryGetValue(key, out var items))
        {
            _batches.Add(key, items = []);
        }

        items.Add(id);
    }

    /// <summary>
    /// A past state is restored as it is listed: as of the date of its list, so that all that was listed together is one operation, else as of its
    /// beginning. Of a deleted item, null means the last state in which it was there.
    /// </summary>
    private static DateTimeOffset? ListedAt(BackupItem item) => item.Deleted ? null : item.ListedAt ?? (item.End is null ? null : item.Start);
}
