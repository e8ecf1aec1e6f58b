using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Cmdlets;

/// <summary>Lists items: living, deleted or all, now or at any date; or every state of some. Streams: the first is out before the last is read.</summary>
[Cmdlet(VerbsCommon.Get, "BackupItem", DefaultParameterSetName = LivingSet)]
[OutputType(typeof(BackupItem))]
public sealed class GetBackupItemCommand : BackupCommand
{
    private const string LivingSet = "Living";
    private const string DeletedSet = "Deleted";
    private const string AllSet = "All";
    private const string HistorySet = "History";

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = LivingSet)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = DeletedSet)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = AllSet)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = HistorySet, Mandatory = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Account { get; set; }

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = LivingSet)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = DeletedSet)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = AllSet)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = HistorySet, Mandatory = true)]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    public ItemId[]? Id { get; set; }

    [Parameter(ParameterSetName = LivingSet)]
    [Parameter(ParameterSetName = DeletedSet)]
    [Parameter(ParameterSetName = AllSet)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    [Parameter(ParameterSetName = LivingSet)]
    [Parameter(ParameterSetName = DeletedSet)]
    [Parameter(ParameterSetName = AllSet)]
    public ItemType? Type { get; set; }

    [Parameter(ParameterSetName = LivingSet)]
    [Parameter(ParameterSetName = DeletedSet)]
    [Parameter(ParameterSetName = AllSet)]
    public DateTimeOffset? At { get; set; }

    [Parameter]
    public DateTimeOffset? After { get; set; }

    [Parameter]
    public DateTimeOffset? Before { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = DeletedSet)]
    public SwitchParameter Deleted { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = HistorySet)]
    public SwitchParameter History { get; set; }

    private string? View => ParameterSetName == LivingSet ? null : ParameterSetName;

    protected override void Process()
    {
        var node = OpenNodeForReading();
        if (Account is null)
        {
            List(node, Query([]));
            return;
        }

        // One account at a time, so that one that is not there does not end the others.
        foreach (string account in ExpandAccounts(node, Account))
        {
            StopToken.ThrowIfCancellationRequested();
            try
            {
                Read(node, account);
            }
            catch (MailBackupException e) when (Running.ErrorTranslation.ConcernsOneThing(e.ErrorId))
            {
                WriteFailure(e);
            }
        }
    }

    private void Read(BackupNode node, string account)
    {
        if (!History)
        {
            List(node, Query([account]));
            return;
        }

        foreach (var id in Id ?? [])
        {
            Write(node, node.GetHistory(account, id).Where(i => (After is null || i.Start >= After) && (Before is null || i.Start < Before)));
        }
    }

    private void List(BackupNode node, ItemQuery query) => Write(node, node.GetItems(query));

    private void Write(BackupNode node, IEnumerable<BackupItem> items)
    {
        foreach (var item in items)
        {
            StopToken.ThrowIfCancellationRequested();
            WriteObject(ItemObject.Create(item, node.Path, View));
        }
    }

    private ItemQuery Query(IReadOnlyList<string> accounts) => new()
    {
        Accounts = accounts,
        Ids = Id ?? [],
        Folder = Folder,
        Type = Type,
        At = At,
        After = After,
        Before = Before,
        Selection = Deleted ? ItemSelection.Deleted : All ? ItemSelection.All : ItemSelection.Living,
    };
}
