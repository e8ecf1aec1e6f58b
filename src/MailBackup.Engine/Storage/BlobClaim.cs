namespace MailBackup.Storage;

/// <summary>
/// The promise that a blob is in a bundle, or will be: the first who needs a blob stores it, others with the same content wait for that one.
/// </summary>
public sealed class BlobClaim
{
    private readonly TaskCompletionSource<BlobLocation> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Blocks until the blob has been appended (not yet synced); throws what its writer met.</summary>
    public BlobLocation Wait() => _stored.Task.IsCompletedSuccessfully ? _stored.Task.Result : _stored.Task.GetAwaiter().GetResult();

    internal void Complete(BlobLocation location) => _stored.TrySetResult(location);

    internal void Fail(Exception reason)
    {
        _stored.TrySetException(reason);
        _ = _stored.Task.Exception;
    }
}
