using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Tests.Operations;

public sealed class OperationFailureTests : IDisposable
{
    private readonly QueueFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_error_of_the_engine_fails_the_operation_with_its_id_and_keeps_the_counts()
    {
        var ended = await Run((_, sink, _) =>
        {
            sink.Report(new OperationReport { Added = 3 });
            throw new MailBackupException(ErrorIds.BackupPathFull, "It is full.", "Make room.");
        });
        Assert.Equal(OperationState.Failed, ended.State);
        Assert.Equal((ErrorIds.BackupPathFull, "It is full. Make room."), (ended.ErrorId, ended.Error));
        Assert.Equal(3, ended.Report!.Added);
    }

    [Fact]
    public async Task An_unexpected_error_fails_the_operation_and_shows_no_stack()
    {
        var ended = await Run((_, _, _) => throw new InvalidOperationException("Oh."));
        Assert.Equal((OperationState.Failed, ErrorIds.InternalError), (ended.State, ended.ErrorId));
        Assert.Contains("Oh.", ended.Error, StringComparison.Ordinal);
        Assert.Contains("report", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        var ended = await Run((_, _, _) => throw new TaskCanceledException("The request timed out."));
        Assert.Equal((OperationState.Failed, ErrorIds.InternalError), (ended.State, ended.ErrorId));
    }

    [Theory]
    [InlineData(0, 0, OperationState.Completed)]
    [InlineData(1, 0, OperationState.CompletedWithErrors)]
    [InlineData(0, 1, OperationState.CompletedWithErrors)]
    public async Task Items_that_failed_are_never_plain_success(long errors, long unrestored, OperationState state)
    {
        var ended = await Run(QueueFolder.Returns(new OperationReport { Errors = errors, Unrestored = unrestored }));
        Assert.Equal(state, ended.State);
    }

    [Fact]
    public async Task Troubles_are_all_counted_and_the_first_thousand_kept()
    {
        var ended = await Run((_, sink, _) =>
        {
            Parallel.For(0, 2500, i => sink.Trouble(new ItemTrouble(ErrorIds.ItemReadFailed, "a@b", i, null, "No.")));
            return Task.FromResult(new OperationReport { Added = 1 });
        });
        Assert.Equal(OperationState.CompletedWithErrors, ended.State);
        Assert.Equal((2500, 1000), (ended.Report!.Errors, ended.Report.Troubles.Count));
    }

    [Fact]
    public async Task A_trouble_both_told_and_reported_counts_once_and_a_larger_count_of_the_executor_stands()
    {
        var trouble = new ItemTrouble(ErrorIds.ItemReadFailed, "a@b", 1, null, "No.");
        var other = trouble with { Item = 2 };
        var once = await Run((_, sink, _) =>
        {
            sink.Trouble(trouble);
            return Task.FromResult(new OperationReport { Troubles = [trouble, other], Errors = 2 });
        });
        Assert.Equal([trouble, other], once.Report!.Troubles);
        Assert.Equal(2, once.Report.Errors);

        var larger = await Run((_, sink, _) =>
        {
            sink.Trouble(trouble);
            return Task.FromResult(new OperationReport { Errors = 10 });
        });
        Assert.Equal(10, larger.Report!.Errors);
    }

    [Fact]
    public async Task An_operation_whose_process_was_killed_is_interrupted_and_the_queue_goes_on()
    {
        using var queue = _folder.NewQueue();
        var dead = queue.Enqueue(OperationKind.SmartScan, "dead");
        Directory.CreateDirectory(_folder.State);

        // A process that holds the lock as a worker does, and the row that it would have claimed.
        using var worker = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec 9<>\"$0\"; flock 9; echo locked; exec sleep 600", _folder.LockFile },
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("locked", await worker.StandardOutput.ReadLineAsync().WaitAsync(QueueFolder.Patience));
            Assert.Equal(dead.Id, _folder.NewStore().ClaimNext(dead.Id).Next!.Id);

            var mine = queue.Enqueue(OperationKind.SmartScan, "mine");
            var ran = new List<Guid>();
            var waits = QueueFolder.Signal();
            var run = queue.RunAsync(
                mine.Id,
                (o, _, _) =>
                {
                    ran.Add(o.Id);
                    return Task.FromResult(new OperationReport());
                },
                o => waits.TrySetResult(o),
                CancellationToken.None);
            Assert.Equal(OperationState.Queued, (await waits.Task.WaitAsync(QueueFolder.Patience)).State);
            Assert.Equal(OperationState.Running, queue.Find(dead.Id)!.State);
            Assert.Empty(ran);

            worker.Kill();
            Assert.Equal(OperationState.Completed, (await run.WaitAsync(QueueFolder.Patience)).State);
            Assert.Equal([mine.Id], ran);
            var interrupted = queue.Find(dead.Id)!;
            Assert.Equal((OperationState.Interrupted, ErrorIds.OperationInterrupted), (interrupted.State, interrupted.ErrorId));
            Assert.NotNull(interrupted.Ended);
            Assert.Contains("start the operation again", interrupted.Error, StringComparison.Ordinal);
        }
        finally
        {
            worker.Kill();
        }
    }

    [Fact]
    public void Asking_the_operation_of_a_dead_process_to_stop_ends_it()
    {
        using var queue = _folder.NewQueue();
        var dead = queue.Enqueue(OperationKind.SmartScan, "{}");
        _folder.NewStore().ClaimNext(dead.Id);
        Assert.False(queue.RequestStop(dead.Id));
        Assert.Equal(OperationState.Interrupted, queue.Find(dead.Id)!.State);
    }

    /// <summary>A mail relay that does not answer holds up whoever tells it, and nobody else.</summary>
    [Fact]
    public async Task The_queue_is_free_while_an_interruption_is_still_told_of()
    {
        var told = new SlowObserver();
        using var queue = new OperationQueue(_folder.Database, _folder.LockFile, told);
        var dead = queue.Enqueue(OperationKind.SmartScan, "{}");
        _folder.NewStore().ClaimNext(dead.Id);
        var mine = queue.Enqueue(OperationKind.CoherencyCheck, "{}");
        var run = queue.RunAsync(mine.Id, QueueFolder.Returns(), null, CancellationToken.None);
        Assert.Equal(dead.Id, (await told.Begun.Task.WaitAsync(QueueFolder.Patience)).Id);

        using var other = _folder.NewQueue();
        var theirs = other.Enqueue(OperationKind.CoherencyCheck, "{}");
        Assert.Equal(OperationState.Completed, (await other.RunAsync(theirs.Id, QueueFolder.Returns(), null, CancellationToken.None).WaitAsync(QueueFolder.Patience)).State);
        Assert.False(run.IsCompleted);
        told.End.SetResult();
        Assert.Equal(OperationState.Completed, (await run.WaitAsync(QueueFolder.Patience)).State);
        Assert.Equal(["slow"], queue.Find(dead.Id)!.Report!.Warnings);
    }

    [Fact]
    public async Task An_operation_that_a_dead_process_queued_is_still_run()
    {
        var orphan = _folder.NewQueue().Enqueue(OperationKind.CoherencyCheck, "{}");
        await Run(QueueFolder.Returns());
        Assert.Equal(OperationState.Completed, _folder.NewQueue().Find(orphan.Id)!.State);
    }

    [Fact]
    public async Task A_kind_of_a_later_version_does_not_block_the_queue()
    {
        using var queue = _folder.NewQueue();
        queue.Enqueue(OperationKind.SmartScan, "{}");
        Sql("UPDATE operations SET kind = 'Teleport'");
        Assert.Empty(queue.List());
        Assert.Equal(OperationState.Completed, (await Run(QueueFolder.Returns())).State);
        Assert.Equal("Failed", Sql("SELECT state FROM operations WHERE kind = 'Teleport'"));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("other version")]
    [InlineData("other database")]
    [InlineData("damaged pages")]
    public async Task A_database_that_cannot_be_used_is_set_aside_with_a_warning(string how)
    {
        Directory.CreateDirectory(_folder.State);
        switch (how)
        {
            case "garbage":
                File.WriteAllText(_folder.Database, new string('x', 20_000));
                break;
            case "other version":
                _folder.NewQueue().Enqueue(OperationKind.SmartScan, "{}");
                Sql("PRAGMA user_version = 99");
                break;
            case "other database":
                Sql("CREATE TABLE operations(a)");
                break;
            default:
                using (var old = _folder.NewQueue())
                {
                    for (int i = 0; i < 200; i++)
                    {
                        old.Enqueue(OperationKind.SmartScan, new string('p', 500));
                    }
                }

                Sql("PRAGMA wal_checkpoint(TRUNCATE)");
                using (var file = File.OpenWrite(_folder.Database))
                {
                    file.Position = 4096;
                    file.Write(new byte[file.Length - 4096]);
                }

                break;
        }

        byte[] before = File.ReadAllBytes(_folder.Database);
        Assert.Empty(_folder.NewQueue().List());
        Assert.Empty(_folder.NewQueue().History());
        Assert.Empty(Aside());

        var ended = await Run(QueueFolder.Returns());
        Assert.Equal(OperationState.Completed, ended.State);
        string aside = Assert.Single(Aside());
        Assert.Contains(aside, Assert.Single(ended.Report!.Warnings), StringComparison.Ordinal);
        Assert.Equal(ended.Id, Assert.Single(_folder.NewQueue().History()).Id);
        if (how == "garbage")
        {
            Assert.Equal(before, File.ReadAllBytes(aside));
        }

        string[] Aside() => Directory.GetFiles(_folder.State, "*.damaged-*").Where(f => f.EndsWith('Z')).ToArray();
    }

    [Fact]
    public async Task Many_that_find_the_database_damaged_at_once_set_it_aside_once_and_lose_nothing()
    {
        Directory.CreateDirectory(_folder.State);
        File.WriteAllText(_folder.Database, new string('x', 20_000));
        Task<Operation>[] queuing;
        using (DatabaseUse.Share(_folder.Database, FileAccess.ReadWrite))
        {
            // While somebody has the file open, all of them find the damage and none may rename it.
            queuing = Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
                () => _folder.NewQueue().Enqueue(OperationKind.SmartScan, $"{i}"),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToArray();
            await Task.Delay(1000);
            Assert.Empty(Directory.GetFiles(_folder.State, "*.damaged-*"));
        }

        var queued = await Task.WhenAll(queuing).WaitAsync(QueueFolder.Patience);
        Assert.Single(Directory.GetFiles(_folder.State, "*.damaged-*"));
        Assert.Equal(queued.Select(o => o.Id).Order(), _folder.NewQueue().List().Select(o => o.Id).Order());
    }

    [Fact]
    public async Task A_deleted_state_folder_is_made_anew_by_the_same_queue()
    {
        using var queue = _folder.NewQueue();
        var first = queue.Enqueue(OperationKind.SmartScan, "{}");
        await queue.RunAsync(first.Id, QueueFolder.Returns(), null, CancellationToken.None).WaitAsync(QueueFolder.Patience);
        Directory.Delete(_folder.State, recursive: true);
        Assert.Empty(queue.History());
        var second = queue.Enqueue(OperationKind.SmartScan, "{}");
        var ended = await queue.RunAsync(second.Id, QueueFolder.Returns(), null, CancellationToken.None).WaitAsync(QueueFolder.Patience);
        Assert.Equal(OperationState.Completed, ended.State);
        Assert.Equal(second.Id, Assert.Single(queue.History()).Id);
    }

    [Fact]
    public async Task An_operation_outlives_the_loss_of_its_row()
    {
        using var queue = _folder.NewQueue();
        using var waiter = _folder.NewQueue();
        var running = queue.Enqueue(OperationKind.SmartScan, "running");
        var waiting = waiter.Enqueue(OperationKind.SmartScan, "waiting");
        var begun = QueueFolder.Signal();
        var go = QueueFolder.Signal();
        var waits = QueueFolder.Signal();
        var run = queue.RunAsync(
            running.Id,
            async (o, _, _) =>
            {
                begun.TrySetResult(o);
                await go.Task;
                return new OperationReport { Added = 4 };
            },
            null,
            CancellationToken.None);
        await begun.Task.WaitAsync(QueueFolder.Patience);
        var wait = waiter.RunAsync(waiting.Id, QueueFolder.Returns(new OperationReport { Added = 5 }), o => waits.TrySetResult(o), CancellationToken.None);
        await waits.Task.WaitAsync(QueueFolder.Patience);

        foreach (string file in Directory.GetFiles(_folder.State, "operations.db*"))
        {
            File.Delete(file);
        }

        await QueueFolder.Until(() => waiter.Find(waiting.Id) is not null);
        go.SetResult(running);
        Assert.Equal(4, (await run.WaitAsync(QueueFolder.Patience)).Report!.Added);
        Assert.Equal(5, (await wait.WaitAsync(QueueFolder.Patience)).Report!.Added);
        Assert.Equal(2, queue.History().Count);
    }

    [Fact]
    public void A_backup_path_that_is_not_there_is_never_made()
    {
        string path = Path.Combine(_folder.Path, "unmounted");
        using var queue = new OperationQueue(Path.Combine(path, "state", "operations.db"), Path.Combine(path, "state", "lock"));
        var error = Assert.Throws<MailBackupException>(() => queue.Enqueue(OperationKind.SmartScan, "{}"));
        Assert.Equal(ErrorIds.BackupPathNotFound, error.ErrorId);
        Assert.False(Directory.Exists(path));
    }

    private async Task<Operation> Run(OperationExecutor executor)
    {
        using var queue = _folder.NewQueue();
        var operation = queue.Enqueue(OperationKind.SmartScan, "{}");
        var ended = await queue.RunAsync(operation.Id, executor, null, CancellationToken.None).WaitAsync(QueueFolder.Patience);
        Assert.Equivalent(ended, queue.Find(operation.Id), strict: true);
        return ended;
    }

    private string? Sql(string sql)
    {
        using var db = SqliteDatabase.Open(_folder.Database, readOnly: false);
        using var statement = db.Prepare(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    private sealed class SlowObserver : IOperationObserver
    {
        public TaskCompletionSource<Operation> Begun { get; } = QueueFolder.Signal();

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string?> StartedAsync(Operation operation) => Task.FromResult<string?>(null);

        public async Task<string?> EndedAsync(Operation operation)
        {
            if (operation.State != OperationState.Interrupted)
            {
                return null;
            }

            Begun.TrySetResult(operation);
            await End.Task;
            return "slow";
        }
    }
}
