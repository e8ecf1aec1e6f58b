using MailBackup.Operations;

namespace MailBackup.Cmdlets.Running;

/// <summary>
/// One operation that runs behind the prompt, on a node of its own that stays open as long. When PowerShell exits meanwhile, the operation is
/// stopped at its next batch boundary, so that it counts as stopped and not as interrupted.
/// </summary>
internal sealed class BackgroundRun : IDisposable
{
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _exit = new();
    private readonly Task<Operation> _task;

    public BackgroundRun(string backupPath, Guid id)
    {
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _task = Task.Run(() => RunAsync(backupPath, id));
    }

    public bool HasEnded => _task.IsCompleted;

    /// <summary>Why it could not be run at all; a failure of the operation itself is in its row of the queue.</summary>
    public MailBackupException? Failure => _task.Exception?.InnerException as MailBackupException;

    private async Task<Operation> RunAsync(string backupPath, Guid id)
    {
        try
        {
            using var node = BackupNode.Open(backupPath);
            var operation = node.Operations.Find(id) ?? throw new MailBackupException(
                ErrorIds.OperationNotFound, $"There is no operation {id}.", "Get-BackupOperation -History lists those that ended.", id);
            return await node.RunAsync(operation, null, _exit.Token).ConfigureAwait(false);
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= OnExit;
        }
    }

    /// <summary>To be called once it has ended.</summary>
    public void Dispose() => _exit.Dispose();

    private void OnExit(object? sender, EventArgs e)
    {
        _exit.Cancel();
        ((IAsyncResult)_task).AsyncWaitHandle.WaitOne(ExitGrace);
    }
}
