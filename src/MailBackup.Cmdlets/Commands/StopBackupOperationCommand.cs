using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Asks operations to stop, whichever process runs them: a queued one at once, a running one at its next batch boundary.</summary>
[Cmdlet(VerbsLifecycle.Stop, "BackupOperation", DefaultParameterSetName = IdSet, SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class StopBackupOperationCommand : OperationIdCommand
{
    private const string IdSet = "Id";
    private const string AllSet = "All";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        if (All)
        {
            foreach (var operation in node.Operations.List())
            {
                StopOne(node, operation);
            }

            return;
        }

        foreach (string id in Id)
        {
            try
            {
                StopOne(node, Find(node, id));
            }
            catch (MailBackupException e) when (e.ErrorId == ErrorIds.OperationNotFound)
            {
                WriteFailure(e);
            }
        }
    }

    private void StopOne(BackupNode node, Operation operation)
    {
        if (OperationOutcome.HasEnded(operation))
        {
            WriteVerbose($"{operation.Kind} {operation.Id} has ended already: {operation.State}.");
        }
        else if (!ShouldProcess($"{operation.Kind} {operation.Id}", "Stop"))
        {
            return;
        }
        else
        {
            node.Operations.RequestStop(operation.Id);
        }

        if (PassThru)
        {
            WriteObject(new BackupOperation(node.Operations.Find(operation.Id) ?? operation, node.Path));
        }
    }
}
