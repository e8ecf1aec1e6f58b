using MailBackup.Operations;

namespace MailBackup.Cmdlets.Running;

/// <summary>
/// One operation that runs behind the prompt, on a node of its own that stays open as long. When PowerShell exits while it runs here, it is
/// stopped at its next batch boundary, so that it counts as stopped and not as interrupted; one that is still queued stays in the queue, and one
/// that another process runs goes on there.
/// </summary>
internal sealed class BackgroundRun : IDisposable
{
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _exit = new();
    private Guid _id;
    private readonly Task<Operation> _task;
    private volatile BackupNode? _node;

    public BackgroundRun(string backupPath, Guid id)
    {
        _id = id;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _task = Task.Run(() => RunAsync(backupPath));
    }

    public bool HasEnded => _task.IsCompleted;

    /// <summary>Why it could not be run at all; a failure of the operation itself is in its row of the queue.</summary>
    public MailBackupException? Failure => _task.Exception?.InnerException as MailBackupException;

    private async Task<Operation> RunAsync(string backupPath)
    {
        try
        {
            using var node = BackupNode.Open(backupPath);
            var operation = node.Operations.Find(_id) ?? throw new MailBackupException(
                ErrorIds.OperationNotFound, $"There is no operation {_id}.", "Get-BackupOperation -History lists those that ended.", _id);
            _node = node;
            var ended = await node.RunAsync(operation, null, _exit.Token).ConfigureAwait(false);
            if (!_exit.IsCancellationRequested && node.SubmitFollowUp(ended) is { } next)
            {
                _id = next.Id;
                await node.RunAsync(next, null, _exit.Token).ConfigureAwait(false);
            }

            return ended;
        }
        finally
        {
            _node = null;
            AppDomain.CurrentDomain.ProcessExit -= OnExit;
        }
    }

    /// <summary>To be called once it has ended.</summary>
    public void Dispose() => _exit.Dispose();

    private void OnExit(object? sender, EventArgs e)
    {
        if (!RunsHere())
        {
            return;
        }

        _exit.Cancel();
        ((IAsyncResult)_task).AsyncWaitHandle.WaitOne(ExitGrace);
    }

    private bool RunsHere()
    {
        try
        {
            return _node?.Operations.Find(_id) is { State: OperationState.Running } operation && operation.ProcessId == Environment.ProcessId;
        }
        catch (Exception e) when (e is MailBackupException or ObjectDisposedException)
        {
            // It has ended just now.
            return false;
        }
    }
}
