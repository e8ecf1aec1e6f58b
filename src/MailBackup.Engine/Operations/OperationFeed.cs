using System.Runtime.ExceptionServices;

namespace MailBackup.Operations;

/// <summary>
/// Tells the caller of <see cref="OperationQueue.RunAsync"/> about its operation, each state and each progress once. It is called once a
/// poll, which bounds how often the caller hears of progress. A callback that throws stops the operation like a cancelled token, so
/// that nothing is left half done; its exception is thrown once the operation has ended.
/// </summary>
internal sealed class OperationFeed(Action<Operation>? onUpdate, CancellationToken token) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
    private Operation? _last;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Cancelled when the caller wants no more.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Publish(Operation operation)
    {
        if (onUpdate is null || _fault is not null)
        {
            return;
        }

        if (_last is not null && _last.State == operation.State && _last.StopRequested == operation.StopRequested && _last.Progress == operation.Progress)
        {
            return;
        }

        _last = operation;
        try
        {
            onUpdate(operation);
        }
        catch (Exception e)
        {
            _fault = ExceptionDispatchInfo.Capture(e);
            _stop.Cancel();
        }
    }

    public void ThrowIfFaulted() => _fault?.Throw();

    public void Dispose() => _stop.Dispose();
}
