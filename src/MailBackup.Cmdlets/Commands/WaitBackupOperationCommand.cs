using System.Diagnostics;
using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>
/// Waits until operations have ended, showing how far they are, and says what they did. One that nobody runs (its process has exited before its
/// turn) is run here. Ctrl+C ends the waiting, not the operation.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "BackupOperation")]
[OutputType(typeof(BackupOperation))]
public sealed class WaitBackupOperationCommand : OperationIdCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly long _began = Stopwatch.GetTimestamp();

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Seconds to wait at most, for all of them together; 0 waits for ever.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(0, int.MaxValue)]
    public int Timeout { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        foreach (string id in Id)
        {
            try
            {
                WaitFor(node, Find(node, id));
            }
            catch (MailBackupException e) when (e.ErrorId is ErrorIds.OperationNotFound or CmdletErrorIds.OperationTimedOut)
            {
                WriteFailure(e);
            }
        }
    }

    private void WaitFor(BackupNode node, Operation operation)
    {
        if (!OperationOutcome.HasEnded(operation))
        {
            var run = RunspaceState.Current.Background.Ensure(node.Path, operation.Id);
            operation = RunEngine((bridge, stop) => WaitAsync(node, operation, run, bridge, stop));
        }

        WriteObject(new BackupOperation(operation, node.Path));
        OperationOutcome.Write(this, operation);
        if (OperationOutcome.Failed(operation))
        {
            WriteError(ErrorTranslation.ToRecord(operation));
        }
    }

    private async Task<Operation> WaitAsync(
        BackupNode node, Operation operation, BackgroundRun run, PipelineBridge bridge, CancellationToken stop)
    {
        while (!OperationOutcome.HasEnded(operation))
        {
            if (run.Failure is { } failure)
            {
                throw failure;
            }

            if (Timeout > 0 && Stopwatch.GetElapsedTime(_began).TotalSeconds >= Timeout)
            {
                throw new MailBackupException(
                    CmdletErrorIds.OperationTimedOut,
                    $"{operation.Kind} {operation.Id} has not ended within {Timeout} seconds.",
                    "It goes on; wait again, or stop it with Stop-BackupOperation.",
                    operation.Id);
            }

            bridge.Show(ProgressText.ToRecord(operation, node.Operations));
            await Task.Delay(Poll, stop).ConfigureAwait(false);
            operation = node.Operations.Find(operation.Id) ?? operation;
        }

        return operation;
    }
}
