using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MailBackup.Operations;
using MailBackup.Services;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>The kernel's limits, met in earnest: more events than it keeps, fewer watches than there are directories.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class WatchLimitTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task An_overflow_of_the_kernel_is_told_with_the_name_of_its_limit()
    {
        int limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), CultureInfo.InvariantCulture);
        _node.Server.Deliver("alice@example.com");
        string folder = Path.Combine(_node.Server.Folder("alice@example.com"), "new");
        var sink = new SlowSink();
        var source = _node.Node.OpenSource();
        await using (source)
        {
            await using var feed = source.OpenChanges()!;
            using var stop = new CancellationTokenSource();
            var running = feed.RunAsync(sink, stop.Token);
            await sink.UntilAsync("following");

            // The reader stands still while more happens than the kernel keeps: each file is three events.
            File.WriteAllText(Path.Combine(folder, "first"), "x");
            await sink.UntilAsync("blocked");
            for (int i = 0; i <= limit / 3; i++)
            {
                File.WriteAllText(Path.Combine(folder, $"{i}"), "");
                File.Delete(Path.Combine(folder, $"{i}"));
            }

            sink.Go.Set();
            await sink.UntilAsync("lost");
            Assert.Contains("fs.inotify.max_queued_events", sink.Reason, StringComparison.Ordinal);

            // And what comes after is followed again.
            sink.Heard.Clear();
            File.WriteAllText(Path.Combine(folder, "last"), "x");
            await sink.UntilAsync("folder");
            await stop.CancelAsync();
            await running;
        }
    }

    [Fact]
    public async Task After_an_overflow_nothing_is_missing()
    {
        foreach (int i in Enumerable.Range(0, 3))
        {
            _node.Server.Deliver($"user{i}@example.com");
        }

        _node.Server.Settle();
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);

        // What the kernel has dropped: files that no event told of lie there when it says so.
        ((IChangeSink)run.Scanner).Lost("More changed at once than the kernel keeps events for.");
        foreach (int i in Enumerable.Range(0, 3))
        {
            _node.Server.Deliver($"user{i}@example.com");
        }

        await run.UntilAsync(() => _node.Items().Count == 6 && run.Scanner.Info.Pending == 0);
        Assert.Equal(1, run.Scanner.Info.Overflows);
        Assert.Equal(OperationState.Completed, (await _node.RunAsync(new CheckRequest { CompareSource = true })).State);
    }

    [NamespaceFact]
    public async Task Without_watches_left_accounts_are_looked_through_and_the_limit_is_named()
    {
        string[] accounts = [.. Enumerable.Range(0, 8).Select(i => $"user{i}@example.com")];
        foreach (string account in accounts)
        {
            _node.Server.Deliver(account);
        }

        _node.Server.Settle();
        await _node.ScanAsync();
        _node.Node.SetRealtime(enabled: true, initialScan: false);

        // 8 accounts need 34 watches; in a namespace of its own the service gets 20.
        using var serve = Process.Start(new ProcessStartInfo(
            "unshare", ["--user", "--map-root-user", "sh", "-c", """echo 20 > /proc/sys/user/max_inotify_watches && exec "$0" "$@" """, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "mailbackup.dll"), "serve", "--backup-path", _node.BackupPath])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, Environment = { ["MAILBACKUP_HOME"] = _node.Options.Home! },
        })!;
        try
        {
            await UntilAsync(() => _node.Node.GetService().Realtime is { Unwatched.Count: > 0, State: MailBackup.Realtime.RealtimeState.Running });
            var realtime = _node.Node.GetService().Realtime;
            Assert.InRange(realtime.Unwatched.Count, 2, 7);
            Assert.InRange(realtime.Watches, 10, 20);
            Assert.Contains("fs.inotify.max_user_watches", realtime.Warning, StringComparison.Ordinal);
            Assert.Contains((await _node.Node.GetHealthAsync(default)).Checks, c => c.Name == "Realtime" && c.Message.Contains("fs.inotify.max_user_watches", StringComparison.Ordinal));
            foreach (string account in accounts)
            {
                _node.Server.Deliver(account);
            }

            await UntilAsync(() => _node.Items().Count == 16);
        }
        finally
        {
            await _node.Node.StopServiceAsync(TimeSpan.FromSeconds(60), default);
            var (_, _, error) = await serve.EndAsync();
            Assert.Contains("fs.inotify.max_user_watches", error, StringComparison.Ordinal);
        }

        Assert.Equal(OperationState.Completed, (await _node.RunAsync(new CheckRequest { CompareSource = true })).State);
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(120), "Not reached.");
            await Task.Delay(100);
        }
    }

    /// <summary>Stands still at the first change until it may go on.</summary>
    private sealed class SlowSink : IChangeSink
    {
        public ConcurrentQueue<string> Heard { get; } = [];

        public ManualResetEventSlim Go { get; } = new();

        public string Reason { get; private set; } = "";

        public void Following() => Heard.Enqueue("following");

        public void FolderChanged(string account, FolderKind kind, string key, string? item = null)
        {
            if (!Go.IsSet)
            {
                Heard.Enqueue("blocked");
                Go.Wait();
            }

            Heard.Enqueue("folder");
        }

        public void AccountChanged(string account) => Heard.Enqueue("account");

        public void Lost(string reason)
        {
            Reason = reason;
            Heard.Enqueue("lost");
        }

        public void Unwatched(IReadOnlyCollection<string> accounts, string reason) => Heard.Enqueue("unwatched");

        public Task UntilAsync(string what) => WatchLimitTests.UntilAsync(() => Heard.Contains(what));
    }
}
