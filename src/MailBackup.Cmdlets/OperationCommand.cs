using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>The base of cmdlets that start operations: queues one, waits for it with progress, and says what it did.</summary>
public abstract class OperationCommand : BackupCommand
{
    /// <summary>Return the queued operation at once; it runs behind the prompt.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Addresses that get a mail when the operation ends, and of a restore also when it begins.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Notify { get; set; } = [];

    /// <param name="path">The backup path.</param>
    /// <param name="request">What is to be done.</param>
    /// <param name="failureEnds">True when nothing further can work once this operation has failed.</param>
    protected void Start(string path, OperationRequest request, bool failureEnds)
    {
        var node = OpenNode(path);
        var queued = node.Submit(request with { Notify = Notify });
        WriteVerbose($"Queued {queued.Kind} {queued.Id}.");
        if (NoWait)
        {
            RunspaceState.Current.Background.Ensure(path, queued.Id);
            WriteObject(new BackupOperation(queued, path));
            return;
        }

        var ended = RunEngine((bridge, stop) => node.RunAsync(queued, o => OnUpdate(bridge, node, o), stop));
        WriteObject(new BackupOperation(ended, path));
        WriteOutcome(ended, failureEnds);
        Follow(node, ended);
    }

    /// <summary>Runs what should follow. It was not asked for, so it gives no object; what goes wrong with it is told.</summary>
    private void Follow(BackupNode node, Operation ended)
    {
        if (Stopping || node.SubmitFollowUp(ended) is not { } next)
        {
            return;
        }

        WriteVerbose($"Queued {next.Kind} {next.Id}.");
        WriteOutcome(RunEngine((bridge, stop) => node.RunAsync(next, o => OnUpdate(bridge, node, o), stop)), failureEnds: false);
    }

    /// <summary>After the object, so that a script that stops at the first error has it.</summary>
    private void WriteOutcome(Operation ended, bool failureEnds)
    {
        OperationOutcome.Write(this, ended);
        if (!OperationOutcome.Failed(ended))
        {
            return;
        }

        var record = ErrorTranslation.ToRecord(ended);
        if (failureEnds)
        {
            ThrowTerminatingError(record);
            return;
        }

        WriteError(record);
    }

    private static void OnUpdate(PipelineBridge bridge, BackupNode node, Operation operation)
    {
        if (operation.State is OperationState.Queued or OperationState.Running)
        {
            bridge.Show(ProgressText.ToRecord(operation, node.Operations));
        }
    }
}
