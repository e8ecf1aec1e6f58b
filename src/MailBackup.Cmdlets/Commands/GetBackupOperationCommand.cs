using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Lists operations: the queue in its order, ended ones (newest first), or some by id.</summary>
[Cmdlet(VerbsCommon.Get, "BackupOperation", DefaultParameterSetName = QueueSet)]
[OutputType(typeof(BackupOperation))]
public sealed class GetBackupOperationCommand : OperationIdCommand
{
    private const string QueueSet = "Queue";
    private const string IdSet = "Id";
    private const string HistorySet = "History";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = HistorySet)]
    public SwitchParameter History { get; set; }

    /// <summary>How many ended operations at most.</summary>
    [Parameter(ParameterSetName = HistorySet)]
    [ValidateRange(1, int.MaxValue)]
    public int Limit { get; set; } = 100;

    protected override void Process()
    {
        var node = OpenNode();
        if (ParameterSetName == IdSet)
        {
            foreach (string id in Id)
            {
                WriteOne(node, id);
            }

            return;
        }

        foreach (var operation in History ? node.Operations.History(Limit) : node.Operations.List())
        {
            WriteObject(new BackupOperation(operation, node.Path));
        }
    }

    private void WriteOne(BackupNode node, string id)
    {
        try
        {
            WriteObject(new BackupOperation(Find(node, id), node.Path));
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.OperationNotFound)
        {
            WriteFailure(e);
        }
    }
}
