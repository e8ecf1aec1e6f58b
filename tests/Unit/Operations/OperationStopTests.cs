using MailBackup.Operations;

namespace MailBackup.Tests.Operations;

public sealed class OperationStopTests : IDisposable
{
    private readonly QueueFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_queued_operation_is_stopped_at_once_and_never_run()
    {
        using var queue = _folder.NewQueue();
        var operation = queue.Enqueue(OperationKind.SmartScan, "{}");
        Assert.True(queue.RequestStop(operation.Id));

        var stopped = queue.Find(operation.Id)!;
        Assert.Equal(OperationState.Stopped, stopped.State);
        Assert.NotNull(stopped.Ended);
        Assert.True(stopped.StopRequested);
        Assert.Equal(ErrorIds.OperationStopped, stopped.ErrorId);
        Assert.False(queue.RequestStop(operation.Id));

        bool ran = false;
        var ended = await queue.RunAsync(
            operation.Id,
            (_, _, _) =>
            {
                ran = true;
                return Task.FromResult(new OperationReport());
            },
            null,
            CancellationToken.None).WaitAsync(QueueFolder.Patience);
        Assert.False(ran);
        Assert.Equal(OperationState.Stopped, ended.State);
    }

    [Fact]
    public async Task A_running_operation_is_stopped_from_another_process_and_keeps_its_counts()
    {
        using var queue = _folder.NewQueue();
        var operation = queue.Enqueue(OperationKind.SmartScan, "{}");
        var begun = QueueFolder.Signal();
        var running = queue.RunAsync(
            operation.Id,
            QueueFolder.Endless(begun, sink =>
            {
                sink.Report(new OperationReport { Added = 1 });
                sink.Report(new OperationReport { Added = 200, BytesStored = 3 });
                sink.Trouble(new ItemTrouble(ErrorIds.ItemReadFailed, "a@b", 5, "INBOX", "Cannot be read."));
                sink.Warning("Careful.");
            }),
            null,
            CancellationToken.None);
        await begun.Task.WaitAsync(QueueFolder.Patience);
        using (var other = _folder.NewQueue())
        {
            Assert.Equal(OperationState.Running, other.Find(operation.Id)!.State);
            Assert.True(other.RequestStop(operation.Id));
        }

        var ended = await running.WaitAsync(QueueFolder.Patience);
        Assert.Equal(OperationState.Stopped, ended.State);
        Assert.Equal(ErrorIds.OperationStopped, ended.ErrorId);
        Assert.Equal((200, 3, 1), (ended.Report!.Added, ended.Report.BytesStored, ended.Report.Errors));
        Assert.Equal(5, Assert.Single(ended.Report.Troubles).Item);
        Assert.Equal(["Careful."], ended.Report.Warnings);
        Assert.Equivalent(ended, queue.Find(operation.Id), strict: true);
    }

    [Fact]
    public async Task Stopping_all_counts_what_it_asked()
    {
        using var queue = _folder.NewQueue();
        var running = queue.Enqueue(OperationKind.SmartScan, "1");
        var queued = queue.Enqueue(OperationKind.SmartScan, "2");
        var begun = QueueFolder.Signal();
        var run = queue.RunAsync(running.Id, QueueFolder.Endless(begun), null, CancellationToken.None);
        await begun.Task.WaitAsync(QueueFolder.Patience);
        Assert.Equal(2, queue.RequestStopAll());
        Assert.Equal(OperationState.Stopped, queue.Find(queued.Id)!.State);
        Assert.Equal(OperationState.Stopped, (await run.WaitAsync(QueueFolder.Patience)).State);
        Assert.Equal(0, queue.RequestStopAll());
    }

    [Fact]
    public async Task Cancelling_stops_its_own_running_operation()
    {
        using var queue = _folder.NewQueue();
        using var cancel = new CancellationTokenSource();
        var operation = queue.Enqueue(OperationKind.SmartScan, "{}");
        var begun = QueueFolder.Signal();
        var run = queue.RunAsync(operation.Id, QueueFolder.Endless(begun, s => s.Report(new OperationReport { Updated = 9 })), null, cancel.Token);
        await begun.Task.WaitAsync(QueueFolder.Patience);
        await cancel.CancelAsync();
        var ended = await run.WaitAsync(QueueFolder.Patience);
        Assert.Equal((operation.Id, OperationState.Stopped, 9), (ended.Id, ended.State, ended.Report!.Updated));
        Assert.Empty(queue.List());
    }

    [Fact]
    public async Task Cancelling_while_waiting_stops_its_own_queued_operation()
    {
        using var queue = _folder.NewQueue();
        using var cancel = new CancellationTokenSource();
        using var busy = _folder.Occupy();
        var operation = queue.Enqueue(OperationKind.SmartScan, "{}");
        var waits = QueueFolder.Signal();
        var run = queue.RunAsync(operation.Id, QueueFolder.Returns(), o => waits.TrySetResult(o), cancel.Token);
        Assert.Equal(OperationState.Queued, (await waits.Task.WaitAsync(QueueFolder.Patience)).State);
        await cancel.CancelAsync();
        Assert.Equal(OperationState.Stopped, (await run.WaitAsync(QueueFolder.Patience)).State);
        Assert.Equal(OperationState.Stopped, queue.Find(operation.Id)!.State);
    }

    [Fact]
    public async Task Cancelling_puts_the_operation_of_another_back_into_its_place()
    {
        using var owner = _folder.NewQueue();
        using var queue = _folder.NewQueue();
        using var cancel = new CancellationTokenSource();
        var others = owner.Enqueue(OperationKind.SmartScan, "other's");
        var mine = queue.Enqueue(OperationKind.SmartScan, "mine");
        var later = owner.Enqueue(OperationKind.SmartScan, "later");
        var begun = QueueFolder.Signal();
        var run = queue.RunAsync(mine.Id, QueueFolder.Endless(begun), null, cancel.Token);
        Assert.Equal(others.Id, (await begun.Task.WaitAsync(QueueFolder.Patience)).Id);
        await cancel.CancelAsync();

        var ended = await run.WaitAsync(QueueFolder.Patience);
        Assert.Equal((mine.Id, OperationState.Stopped), (ended.Id, ended.State));
        Assert.Equal([others, later], owner.List());

        // Its owner takes over.
        var taken = await owner.RunAsync(others.Id, QueueFolder.Returns(), null, CancellationToken.None).WaitAsync(QueueFolder.Patience);
        Assert.Equal(OperationState.Completed, taken.State);
    }

    [Fact]
    public async Task Stopping_the_operation_of_another_does_not_stop_ones_own()
    {
        using var queue = _folder.NewQueue();
        var others = queue.Enqueue(OperationKind.SmartScan, "other's");
        var mine = queue.Enqueue(OperationKind.SmartScan, "mine");
        var begun = QueueFolder.Signal();
        var endless = QueueFolder.Endless(begun);
        var run = queue.RunAsync(
            mine.Id,
            (o, sink, stop) => o.Id == others.Id ? endless(o, sink, stop) : Task.FromResult(new OperationReport { Added = 1 }),
            null,
            CancellationToken.None);
        await begun.Task.WaitAsync(QueueFolder.Patience);
        Assert.True(queue.RequestStop(others.Id));
        Assert.Equal(OperationState.Completed, (await run.WaitAsync(QueueFolder.Patience)).State);
        Assert.Equal(OperationState.Stopped, queue.Find(others.Id)!.State);
    }

    [Fact]
    public async Task A_callback_that_throws_stops_the_operation_before_its_error_comes_out()
    {
        using var queue = _folder.NewQueue();
        var operation = queue.Enqueue(OperationKind.SmartScan, "{}");
        var run = queue.RunAsync(
            operation.Id, QueueFolder.Endless(QueueFolder.Signal()), _ => throw new NotSupportedException("no"), CancellationToken.None);
        await Assert.ThrowsAsync<NotSupportedException>(() => run.WaitAsync(QueueFolder.Patience));
        Assert.Equal(OperationState.Stopped, queue.Find(operation.Id)!.State);
        _folder.Occupy().Dispose();
    }
}
