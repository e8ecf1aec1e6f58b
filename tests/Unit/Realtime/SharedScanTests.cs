using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Scanning;
using MailBackup.Searching;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>Realtime beside a scan of the same node: nothing waits for the scan but the accounts that it is at, and nothing is saved twice.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SharedScanTests : IDisposable
{
    private const string Alice = "alice@example.com", Bob = "bob@example.com", Carl = "carl@example.com";

    private readonly NodeFixture _node = new();
    private readonly GatedSource _source;
    private readonly TaskCompletionSource _go = new(), _held = new();

    public SharedScanTests() => _source = new GatedSource(_node.Node.OpenSource());

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_change_is_durable_while_a_scan_is_held_up_in_another_account()
    {
        await PrepareAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        _source.BeforeListing = HoldIn(Bob);
        var scan = ScanAsync();
        await _held.Task;
        string flagged = _node.Server.Deliver(Alice, flags: "");
        _node.Server.Deliver(Carl);
        await run.UntilChangesAsync(2);
        File.Move(flagged, flagged + "S");
        await run.UntilChangesAsync(3);

        Assert.False(scan.IsCompleted);
        Assert.Equal((RealtimeState.Running, null), (run.Scanner.Info.State, run.Scanner.Info.Wait));
        Assert.Equal(5, _node.Items().Count);
        _go.SetResult();
        var report = (await scan).Report!;
        Assert.Equal((0, 0, 0), (report.Added, report.Updated, report.Deleted));
        await EndAsync(run);
        Assert.Equal(2, HistoryOf(Alice, "Mail 4"));
        Assert.Equal(1, HistoryOf(Carl, "Mail 5"));
    }

    [Fact]
    public async Task An_account_is_left_to_the_scan_that_is_at_it_and_looked_at_behind_it()
    {
        await PrepareAsync();
        string known = _node.Server.Deliver(Bob, flags: "");
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        _node.Server.Settle();
        await run.UntilAsync(() => run.Scanner.Info.Pending == 0);

        // Realtime hears of it only now, and so does the scan, which has listed the account when it is held.
        _source.BeforeOpening = HoldIn(Bob);
        _source.BeforeListing = account =>
        {
            if (account == Bob)
            {
                _node.Server.Deliver(Bob, subject: "seen by the scan");
            }

            return Task.CompletedTask;
        };
        var scan = ScanAsync();
        await _held.Task;
        _node.Server.Deliver(Bob, subject: "not seen by the scan");
        File.Move(known, known + "F");
        await run.UntilAsync(() => run.Scanner.Info.Pending == 1);
        await Task.Delay(1000);
        Assert.Equal((0, 1), (run.Scanner.Info.Changes, run.Scanner.Info.Pending));
        await run.UntilAsync(() => run.Scanner.Info.State == RealtimeState.Running);
        _node.Server.Deliver(Alice, subject: "nobody is in the way");
        await run.UntilChangesAsync(1);
        Assert.False(scan.IsCompleted);
        _go.SetResult();
        Assert.Equal(1, (await scan).Report!.Added);
        await run.UntilChangesAsync(3);
        await EndAsync(run);
        Assert.Equal(3, run.Scanner.Info.Changes);
        Assert.Equal([1, 1, 2], new[] { "seen by the scan", "not seen by the scan", "Mail 4" }.Select(s => HistoryOf(Bob, s)));
    }

    [Fact]
    public async Task What_a_scan_has_of_an_account_becomes_durable_while_it_waits_for_a_slow_mail_of_another()
    {
        await PrepareAsync();
        _node.Server.Deliver(Alice, subject: "by the scan");
        _node.Server.Deliver(Bob, subject: "slow");
        await using var run = await RealtimeRun.StartAsync(_node);
        await run.UntilAsync(() => run.Scanner.Info.Pending == 0);
        _source.BeforeOpening = HoldIn(Bob);
        var scan = ScanAsync();
        await _held.Task;
        await run.UntilAsync(() => _node.Items().Any(i => i.Subject == "by the scan"));
        _node.Server.Deliver(Alice, subject: "by realtime");
        await run.UntilChangesAsync(1);
        Assert.False(scan.IsCompleted);
        _go.SetResult();
        Assert.Equal(2, (await scan).Report!.Added);
        await EndAsync(run);
    }

    [Fact]
    public async Task In_a_first_scan_accounts_behind_it_are_protected_and_those_before_it_are_left_to_it()
    {
        foreach (string account in (string[])[Alice, Bob, Carl])
        {
            _node.Server.Deliver(account);
        }

        await using var run = await RealtimeRun.StartAsync(_node);
        _source.BeforeListing = HoldIn(Bob);
        var scan = ScanAsync();
        await _held.Task;
        _node.Server.Deliver(Carl, subject: "for the scan");
        _node.Server.Deliver(Alice, subject: "for realtime");
        await run.UntilChangesAsync(1);
        Assert.Equal([Alice], _node.Items().Where(i => i.Subject == "for realtime").Select(i => i.Account));
        await run.UntilAsync(() => run.Scanner.Info.Pending == 1);
        await Task.Delay(500);
        Assert.Equal((1, 1), (run.Scanner.Info.Changes, run.Scanner.Info.Pending));
        _go.SetResult();
        Assert.Equal(OperationState.Completed, (await scan).State);
        await EndAsync(run);
        Assert.Equal(1, run.Scanner.Info.Changes);
    }

    [Fact]
    public async Task An_account_that_the_scan_cannot_read_is_not_kept_from_realtime()
    {
        await PrepareAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        _source.BeforeListing = account => account switch
        {
            Alice => throw new MailBackupException(ErrorIds.SourceUnreadable, "Not now.", "Later.", account),
            Bob => HoldIn(Bob)(account),
            _ => Task.CompletedTask,
        };
        var scan = ScanAsync();
        await _held.Task;
        _node.Server.Deliver(Alice);
        await run.UntilChangesAsync(1);
        _go.SetResult();
        Assert.Equal(OperationState.CompletedWithErrors, (await scan).State);
        await EndAsync(run);
    }

    [Fact]
    public async Task Other_operations_are_waited_for_as_ever_and_a_stopped_scan_lets_go()
    {
        await PrepareAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        var go = new TaskCompletionSource();
        var check = _node.Node.Submit(new CheckRequest());
        var running = _node.Node.Operations.RunAsync(check.Id, async (_, _, _) =>
        {
            await go.Task;
            return new OperationReport();
        }, null, default);
        await run.UntilAsync(() => run.Scanner.Info is { State: RealtimeState.Waiting, Wait.Operation: "Coherency check" or "CoherencyCheck" });
        _node.Server.Deliver(Alice);
        await run.UntilAsync(() => run.Scanner.Info.Pending == 1);
        await Task.Delay(500);
        Assert.Equal((0, 1), (run.Scanner.Info.Changes, run.Scanner.Info.Pending));
        go.SetResult();
        await running;
        await run.UntilChangesAsync(1);

        _source.BeforeListing = HoldIn(Bob);
        var scan = ScanAsync();
        await _held.Task;
        _node.Server.Deliver(Carl);
        await run.UntilChangesAsync(2);
        _node.Node.Operations.RequestStopAll();
        Assert.Equal(OperationState.Stopped, (await scan).State);
        Assert.False(_node.Node.Share.IsOffered);
        _node.Server.Deliver(Bob);
        await run.UntilChangesAsync(3);
        await EndAsync(run);
    }

    [Fact]
    public async Task Indexing_for_search_is_not_waited_for_and_leaves_what_came_meanwhile_to_the_next()
    {
        await PrepareAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        using var sink = new HeldSink();
        var index = _node.Node.Submit(new SearchIndexRequest());
        var indexing = Task.Run(() => _node.Node.Operations.RunAsync(
            index.Id, (_, _, stop) => new SearchIndexing(_node.Layout, new SearchIndexRequest(), sink, _node.Node.Share).RunAsync(stop), null, default));
        await run.UntilAsync(() => sink.IsHeld);
        _node.Server.Deliver(Alice);
        await run.UntilChangesAsync(1);
        Assert.False(indexing.IsCompleted);
        sink.Go.Set();
        var report = (await indexing).Report!;
        Assert.Equal((6, 0), (report.Added, report.Errors));
        Assert.Equal(1, (await _node.RunAsync(new SearchIndexRequest())).Report!.Added);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_mass_deletion_beside_a_scan_puts_the_account_on_hold()
    {
        var files = Enumerable.Range(0, 150).Select(_ => _node.Server.Deliver(Alice)).ToList();
        await PrepareAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        _source.BeforeListing = HoldIn(Bob);
        var scan = ScanAsync();
        await _held.Task;
        for (int i = 0; i < 120; i += 30)
        {
            files.Skip(i).Take(30).ToList().ForEach(File.Delete);
            await run.UntilChangesAsync(i + 30);
        }

        await run.UntilAsync(() => _node.Node.GetLegalHolds().Count == 1);
        Assert.Contains(run.Log, l => l.Contains(ErrorIds.MassChange, StringComparison.Ordinal));
        Assert.False(scan.IsCompleted);
        _go.SetResult();
        Assert.Equal(OperationState.Completed, (await scan).State);
        await EndAsync(run);
    }

    /// <summary>The next scan after the other, with users at work all the time. <c>MAILBACKUP_LONG_TESTS</c> has it go on for as many half minutes.</summary>
    [Fact]
    public async Task Scans_one_after_another_beside_realtime_save_every_state_once()
    {
        string[] accounts = [Alice, Bob, Carl, "dora@example.com", "emil@example.com"];
        var random = new Random(11);
        foreach (string account in accounts)
        {
            _node.Server.Folder(account, ".Archive");
            Enumerable.Range(0, 20).ToList().ForEach(_ => _node.Server.Deliver(account));
        }

        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        using var stop = new CancellationTokenSource();
        int scans = 0, shared = 0;
        var scanning = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                OperationRequest request = (scans++ % 4) switch
                {
                    1 => new SearchIndexRequest { Rebuild = scans % 8 < 4 },
                    3 => new ScanRequest { Deep = true },
                    _ => new ScanRequest(),
                };
                var operation = await _node.RunAsync(request);
                Assert.True(operation.State == OperationState.Completed, $"{operation.Kind}: {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
            }
        });
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("MAILBACKUP_LONG_TESTS"), out int n) ? n * 30 : 8;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while ((clock.Elapsed.TotalSeconds < seconds || (clock.Elapsed.TotalSeconds < 90 && (Volatile.Read(ref scans) < 3 || shared == 0))) && !scanning.IsCompleted)
        {
            Change(random, accounts[random.Next(accounts.Length)]);
            shared += _node.Node.Share.IsOffered ? 1 : 0;
            await Task.Delay(random.Next(8));
        }

        await stop.CancelAsync();
        await scanning;
        Assert.True(scans > 2 && run.Scanner.Info.Changes > 0, $"{scans} scans, {run.Scanner.Info.Changes} changes");
        Assert.True(shared > 0, "No scan shared its store.");
        await EndAsync(run);
        VerifyHistory();
    }

    private async Task PrepareAsync()
    {
        foreach (string account in (string[])[Alice, Bob, Carl])
        {
            _node.Server.Deliver(account);
        }

        _node.Server.Settle();
        await _node.ScanAsync();
    }

    private Func<string, Task> HoldIn(string held) => async account =>
    {
        if (account == held)
        {
            _held.TrySetResult();
            await _go.Task;
        }
    };

    /// <summary>As the node runs it, but for the source.</summary>
    private Task<Operation> ScanAsync()
    {
        var operation = _node.Node.Submit(new ScanRequest());
        return Task.Run(() => _node.Node.Operations.RunAsync(
            operation.Id,
            (_, sink, stop) => new SmartScan(_node.Layout, _source, new ScanRequest(), new ScanOptions(false, false, 0, 50, 100), sink, _node.Node.Share).RunAsync(stop),
            null, default));
    }

    private async Task EndAsync(RealtimeRun run)
    {
        await run.AgreesAsync(_node.Node);
        VerifyHistory();
    }

    /// <summary>Stands still when the first batch of an operation is done.</summary>
    private sealed class HeldSink : IOperationSink, IDisposable
    {
        public ManualResetEventSlim Go { get; } = new();

        public volatile bool IsHeld;

        public void Report(OperationReport partial)
        {
            IsHeld = true;
            Go.Wait();
        }

        public void Progress(OperationProgress progress)
        {
        }

        public void Trouble(ItemTrouble trouble)
        {
        }

        public void Warning(string message)
        {
        }

        public void Dispose() => Go.Dispose();
    }

    private void VerifyHistory()
    {
        SavedStates.Verify(_node.Layout);
        using var catalog = StoreReader.OpenCatalog(_node.Layout, null);
        using var db = catalog.Connect();

        // Nobody copies here.
        Assert.Equal(0, db.Scalar("""
            SELECT count(*) FROM (SELECT 1 FROM state WHERE deleted = 0 AND end = 9223372036854775807 AND digest IS NOT NULL GROUP BY account, digest HAVING count(*) > 1)
            """));
    }

    private int HistoryOf(string account, string subject) =>
        _node.Node.GetHistory(account, _node.Items().Single(i => i.Account == account && i.Subject == subject).Id).Count;

    private void Change(Random random, string account)
    {
        string maildir = _node.Server.Folder(account);
        var files = Directory.GetFiles(maildir, "*:2,*", SearchOption.AllDirectories);
        string file = files.Length > 0 ? files[random.Next(files.Length)] : "";
        switch (files.Length < 3 ? 0 : random.Next(6))
        {
            case 0 or 1:
                _node.Server.Deliver(account, random.Next(2) == 0 ? "" : ".Archive");
                break;
            case 2 or 3:
                File.Move(file, file[..(file.LastIndexOf(',') + 1)] + (file.EndsWith('S') ? "FS" : "S"), overwrite: true);
                break;
            case 4:
                string other = file.Contains("/.Archive/", StringComparison.Ordinal) ? maildir : Path.Combine(maildir, ".Archive");
                File.Move(file, Path.Combine(other, "cur", Path.GetFileName(file)), overwrite: true);
                break;
            default:
                File.Delete(file);
                break;
        }
    }
}
