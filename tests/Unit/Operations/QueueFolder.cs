using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Tests.Operations;

/// <summary>A backup path of one's own, with as many queues on it as a test wants.</summary>
public sealed class QueueFolder : IDisposable
{
    /// <summary>Long enough for a loaded machine; a test only ever waits so long when it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public string Path { get; } = Directory.CreateTempSubdirectory("mailbackup-queue-").FullName;

    public string State => System.IO.Path.Combine(Path, "state");

    public string Database => System.IO.Path.Combine(State, "operations.db");

    public string LockFile => System.IO.Path.Combine(State, "writer.lock");

    public OperationQueue NewQueue() => new(Database, LockFile);

    /// <summary>The rows, for a test that plays a process that died.</summary>
    internal OperationStore NewStore(int historyLimit = OperationStore.HistoryLimit) => new(new OperationDatabase(Database), historyLimit);

    /// <summary>Takes the lock as another process would.</summary>
    public WriterLock Occupy()
    {
        Directory.CreateDirectory(State);
        return WriterLock.TryAcquire(LockFile) ?? throw new InvalidOperationException("The lock is taken.");
    }

    public static OperationExecutor Returns(OperationReport? report = null) => (_, _, _) => Task.FromResult(report ?? new OperationReport());

    /// <summary>An executor that says when it has begun, and works until it is stopped.</summary>
    public static OperationExecutor Endless(TaskCompletionSource<Operation> begun, Action<IOperationSink>? first = null) => async (operation, sink, stop) =>
    {
        first?.Invoke(sink);
        begun.TrySetResult(operation);
        await Task.Delay(Timeout.Infinite, stop);
        return new OperationReport();
    };

    public static TaskCompletionSource<Operation> Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task Until(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow + Patience; !condition(); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < end, "What was waited for did not happen.");
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
