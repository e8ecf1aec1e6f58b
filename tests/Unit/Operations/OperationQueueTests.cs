using MailBackup.Operations;

namespace MailBackup.Tests.Operations;

public sealed class OperationQueueTests : IDisposable
{
    private readonly QueueFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reading_a_queue_that_does_not_exist_answers_nothing_and_makes_nothing()
    {
        using var queue = _folder.NewQueue();
        Assert.Empty(queue.List());
        Assert.Empty(queue.History());
        Assert.Null(queue.Find(Guid.NewGuid()));
        Assert.False(queue.RequestStop(Guid.NewGuid()));
        Assert.Equal(0, queue.RequestStopAll());
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task An_operation_is_queued_run_and_kept_in_the_history()
    {
        using var queue = _folder.NewQueue();
        var queued = queue.Enqueue(OperationKind.Restore, """{"account":"a@b"}""");
        Assert.Equal(OperationState.Queued, queued.State);
        Assert.Equal(queued, Assert.Single(queue.List()));
        Assert.Equal(queued, _folder.NewQueue().Find(queued.Id));

        var seen = new List<OperationState>();
        Operation? given = null;
        var ended = await queue.RunAsync(
            queued.Id,
            (operation, sink, _) =>
            {
                given = operation;
                sink.Progress(new OperationProgress { Activity = "Restoring", ItemsDone = 7 });
                return Task.FromResult(new OperationReport { Restored = 7, Seconds = 1.5 });
            },
            o => seen.Add(o.State),
            CancellationToken.None).WaitAsync(QueueFolder.Patience);

        Assert.Equal("""{"account":"a@b"}""", given!.Parameters);
        Assert.Equal(OperationKind.Restore, given.Kind);
        Assert.Equal(OperationState.Completed, ended.State);
        Assert.Equal(7, ended.Report!.Restored);
        Assert.Equal(1.5, ended.Report.Seconds);
        Assert.Equal(7, ended.Progress!.ItemsDone);
        Assert.True(ended.Queued <= ended.Started && ended.Started <= ended.Ended);
        Assert.Equal(Environment.ProcessId, ended.ProcessId);
        Assert.Null(ended.Error);
        Assert.Equal([OperationState.Running, OperationState.Completed], seen.Distinct());
        Assert.Empty(queue.List());

        var kept = Assert.Single(_folder.NewQueue().History());
        Assert.Equivalent(ended, kept, strict: true);
        Assert.Null(Record.Exception(() => _folder.Occupy().Dispose()));
    }

    [Fact]
    public async Task The_holder_of_the_lock_runs_what_others_queued_before_its_own()
    {
        using var first = _folder.NewQueue();
        using var second = _folder.NewQueue();
        var a = first.Enqueue(OperationKind.SmartScan, "a");
        var b = second.Enqueue(OperationKind.SmartScan, "b");
        var c = first.Enqueue(OperationKind.SmartScan, "c");
        Assert.Equal([a, b, c], second.List());

        var order = new List<string>();
        OperationExecutor executor = (operation, _, _) =>
        {
            order.Add(operation.Parameters);
            return Task.FromResult(new OperationReport());
        };
        var ended = await second.RunAsync(b.Id, executor, null, CancellationToken.None).WaitAsync(QueueFolder.Patience);

        // Its own has ended, so it goes; what is left is its owner's.
        Assert.Equal(["a", "b"], order);
        Assert.Equal(b.Id, ended.Id);
        Assert.Equal(c, Assert.Single(first.List()));

        // The owner of what was run elsewhere gets its end without running anything.
        var aEnded = await first.RunAsync(a.Id, executor, null, CancellationToken.None).WaitAsync(QueueFolder.Patience);
        Assert.Equal(OperationState.Completed, aEnded.State);
        Assert.Equal(["a", "b"], order);
        Assert.Equal([b.Id, a.Id], first.History().Select(o => o.Id));
        Assert.Equal([b.Id], first.History(1).Select(o => o.Id));
    }

    [Fact]
    public async Task One_that_waits_sees_the_progress_of_its_operation_in_the_worker()
    {
        using var worker = _folder.NewQueue();
        using var waiter = _folder.NewQueue();
        var operation = waiter.Enqueue(OperationKind.SmartScan, "{}");
        var later = worker.Enqueue(OperationKind.SmartScan, "{}");
        var finish = QueueFolder.Signal();
        var begun = QueueFolder.Signal();
        var working = worker.RunAsync(
            later.Id,
            async (o, sink, _) =>
            {
                sink.Progress(new OperationProgress { Activity = "Scanning", ItemsDone = 42 });
                begun.TrySetResult(o);
                await finish.Task;
                return new OperationReport { Added = 42 };
            },
            null,
            CancellationToken.None);
        await begun.Task.WaitAsync(QueueFolder.Patience);

        var waiting = waiter.RunAsync(
            operation.Id,
            (_, _, _) => throw new InvalidOperationException("It is the other's turn."),
            o =>
            {
                if (o is { State: OperationState.Running, Progress.ItemsDone: 42 })
                {
                    finish.TrySetResult(o);
                }
            },
            CancellationToken.None);
        var ended = await waiting.WaitAsync(QueueFolder.Patience);
        Assert.Equal(OperationState.Completed, ended.State);
        Assert.Equal(42, ended.Report!.Added);
        await working.WaitAsync(QueueFolder.Patience);
    }

    [Fact]
    public async Task An_unknown_operation_is_an_error_and_runs_nothing()
    {
        using var queue = _folder.NewQueue();
        queue.Enqueue(OperationKind.SmartScan, "{}");
        var error = await Assert.ThrowsAsync<MailBackupException>(
            () => queue.RunAsync(Guid.NewGuid(), QueueFolder.Returns(), null, CancellationToken.None).WaitAsync(QueueFolder.Patience));
        Assert.Equal(ErrorIds.OperationNotFound, error.ErrorId);
        Assert.Equal(OperationState.Queued, Assert.Single(queue.List()).State);
    }

    [Fact]
    public async Task Each_operation_of_many_at_once_is_run_exactly_once_in_order_and_never_two_together()
    {
        const int tasks = 8;
        const int each = 12;
        var order = new List<Guid>();
        int running = 0;
        OperationExecutor executor = async (operation, sink, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            lock (order)
            {
                order.Add(operation.Id);
            }

            sink.Progress(new OperationProgress { ItemsDone = 1 });
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return new OperationReport { Added = 1 };
        };
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(n => Task.Run(async () =>
        {
            for (int i = 0; i < each; i++)
            {
                using var queue = _folder.NewQueue();
                var mine = queue.Enqueue(OperationKind.SmartScan, $"{n}.{i}");
                var ended = await queue.RunAsync(mine.Id, executor, null, CancellationToken.None);
                Assert.Equal((mine.Id, OperationState.Completed), (ended.Id, ended.State));
                Assert.Equal(1, ended.Report!.Added);
            }
        }))).WaitAsync(QueueFolder.Patience * 3);

        using var last = _folder.NewQueue();
        Assert.Empty(last.List());
        Assert.Equal(tasks * each, order.Distinct().Count());
        Assert.Equal(order, last.History(1000).Select(o => o.Id).Reverse());
        Assert.Equal([_folder.Database], Directory.GetFiles(_folder.State, "operations.db*").Where(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_history_is_trimmed_to_the_last_and_never_loses_what_is_queued()
    {
        var store = _folder.NewStore(historyLimit: 5);
        var old = store.Enqueue(OperationKind.Restore, "old");
        for (int i = 0; i < 12; i++)
        {
            store.Save(store.Enqueue(OperationKind.SmartScan, $"{i}") with { State = OperationState.Completed, Ended = OperationStore.Now() });
        }

        Assert.Equal(["11", "10", "9", "8", "7"], store.ListEnded(100).Select(o => o.Parameters));
        Assert.Equal(old, Assert.Single(store.ListOpen()));
    }

    [Fact]
    public void The_log_of_the_database_stays_short()
    {
        var store = _folder.NewStore();
        for (int i = 0; i < 300; i++)
        {
            store.Enqueue(OperationKind.SmartScan, new string('p', 2000));
        }

        Assert.InRange(new FileInfo(_folder.Database + "-wal").Length, 1, 1_000_000);
        Assert.Equal(300, store.ListOpen().Count);
    }

    [Fact]
    public void Every_state_and_kind_reads_back_by_its_name()
    {
        foreach (var state in Enum.GetValues<OperationState>())
        {
            Assert.Equal(state.ToString(), OperationNames.Of(state));
            Assert.Equal(state, OperationNames.State(state.ToString()));
        }

        foreach (var kind in Enum.GetValues<OperationKind>())
        {
            Assert.Equal(kind.ToString(), OperationNames.Of(kind));
            Assert.Equal(kind, OperationNames.Kind(kind.ToString()));
        }

        Assert.Null(OperationNames.Kind("Teleport"));
    }

    [Fact]
    public void Everything_that_a_row_holds_reads_back()
    {
        var store = _folder.NewStore();
        var full = store.Enqueue(OperationKind.Restore, "ü \"q\"") with
        {
            State = OperationState.Failed,
            Started = OperationStore.Now(),
            Ended = OperationStore.Now(),
            StopRequested = true,
            ErrorId = ErrorIds.BlobMissing,
            Error = "Gone.",
            Progress = new OperationProgress
            {
                Activity = "Restoring", Account = "a@b", ItemsDone = 1, ItemsTotal = 2, AccountsDone = 3, AccountsTotal = 4,
                BytesDone = 1L << 40, Seconds = 6.5, SecondsLeft = 7.25, Percent = 8.125,
            },
            Report = new OperationReport
            {
                Added = 1, Updated = 2, Deleted = 3, Unchanged = 4, Restored = 5, Skipped = 6, Unrestored = 7, Checked = 8, Errors = 9,
                BytesRead = 1L << 41, BytesStored = 11, Seconds = 12.5,
                Troubles = [new("X", "a@b", 1, "p", "r"), new("Y", null, null, null, "ü")],
                Warnings = ["w1", "w2"],
            },
        };
        store.Save(full);
        Assert.Equivalent(full, store.Find(full.Id), strict: true);
        var empty = full with { Progress = new OperationProgress(), Report = new OperationReport() };
        store.Save(empty);
        Assert.Equivalent(empty, store.Find(full.Id), strict: true);
    }
}
