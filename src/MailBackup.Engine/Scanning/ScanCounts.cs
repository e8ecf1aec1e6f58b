using MailBackup.Operations;

namespace MailBackup.Scanning;

/// <summary>What a scan has done. Counts of a batch become part of the report only when the batch is durable.</summary>
internal sealed class ScanCounts
{
    private long _added, _updated, _deleted, _bytesRead;
    private long _durableAdded, _durableUpdated, _durableDeleted, _durableBytesRead;
    private long _unchanged, _errors, _seen;

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Items looked at, for progress.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public int AccountsDone;

    public void Added() => Interlocked.Increment(ref _added);

    public void Updated() => Interlocked.Increment(ref _updated);

    public void Deleted() => Interlocked.Increment(ref _deleted);

    public void Error() => Interlocked.Increment(ref _errors);

    public void Unchanged(long count) => Interlocked.Add(ref _unchanged, count);

    public void See(long count) => Interlocked.Add(ref _seen, count);

    public void Read(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    /// <summary>Everything counted so far is durable now.</summary>
    public void MakeDurable()
    {
        _durableAdded = Interlocked.Read(ref _added);
        _durableUpdated = Interlocked.Read(ref _updated);
        _durableDeleted = Interlocked.Read(ref _deleted);
        _durableBytesRead = BytesRead;
    }

    public OperationReport ToReport(long bytesStored, double seconds) => new()
    {
        Added = _durableAdded,
        Updated = _durableUpdated,
        Deleted = _durableDeleted,
        Unchanged = Interlocked.Read(ref _unchanged),
        Errors = Errors,
        BytesRead = _durableBytesRead,
        BytesStored = bytesStored,
        Seconds = Math.Round(seconds, 3),
    };
}
