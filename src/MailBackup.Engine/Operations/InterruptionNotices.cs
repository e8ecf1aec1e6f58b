namespace MailBackup.Operations;

/// <summary>
/// Tells of operations whose process died, by whoever finds them, beside whatever he does next: a mail relay that does not answer must not keep the queue
/// waiting. Disposing waits until all is told.
/// </summary>
internal sealed class InterruptionNotices(OperationStore store, IOperationObserver? observer) : IAsyncDisposable
{
    private readonly List<Task> _underWay = [];

    /// <param name="interrupted">As the store has just written them down: nobody else has found them.</param>
    public void Tell(IReadOnlyList<Operation> interrupted)
    {
        if (observer is not null)
        {
            _underWay.AddRange(interrupted.Select(o => Task.Run(() => TellAsync(observer, o))));
        }
    }

    public ValueTask DisposeAsync() => new(Task.WhenAll(_underWay));

    private async Task TellAsync(IOperationObserver told, Operation operation)
    {
        if (await told.EndedAsync(operation).ConfigureAwait(false) is not { } warning)
        {
            return;
        }

        var report = operation.Report ?? new OperationReport();
        try
        {
            store.Save(operation with { Report = report with { Warnings = [.. report.Warnings, warning] } });
        }
        catch (MailBackupException)
        {
            // The operation stays interrupted, and health says so.
        }
    }
}
