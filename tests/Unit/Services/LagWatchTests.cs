using System.Collections.Concurrent;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Services;
using MailBackup.Tests.Realtime;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

/// <summary>While an operation has the backup path, changes wait: that is seen, told, and over when it is over.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LagWatchTests : IDisposable, IServiceLog
{
    private readonly NodeFixture _node = new();
    private readonly ConcurrentQueue<string> _log = [];

    public void Dispose() => _node.Dispose();

    void IServiceLog.Write(ServiceLogLevel level, string message) => _log.Enqueue($"{level} {message}");

    [Fact]
    public async Task Being_far_behind_is_told_once_and_so_is_its_end()
    {
        var info = new RealtimeInfo { State = RealtimeState.Waiting, Pending = 3, LagSeconds = 100, Wait = new RealtimeWait("Restore", DateTimeOffset.UtcNow) };
        var watch = new LagWatch(_node.Node, () => info, TimeProvider.System, this);
        await watch.RoundAsync();
        Assert.Empty(_log);
        info = info with { LagSeconds = 1_000 };
        await watch.RoundAsync();
        await watch.RoundAsync();
        string told = Assert.Single(_log);
        Assert.StartsWith("Warning", told, StringComparison.Ordinal);
        Assert.Contains("3 accounts", told, StringComparison.Ordinal);
        Assert.Contains("Restore has the backup path", told, StringComparison.Ordinal);
        info = info with { LagSeconds = 1, Pending = 0, Wait = null };
        await watch.RoundAsync();
        await watch.RoundAsync();
        Assert.Equal(2, _log.Count);
        Assert.Contains(_log, l => l.Contains("as they happen again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_realtime_waits_for_is_said_and_survives_the_way_to_other_processes()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        var queued = _node.Node.Submit(new CheckRequest());
        await run.UntilAsync(() => run.Scanner.Info.Wait is { Operation: "Coherency check" });
        var since = run.Scanner.Info.Wait!.Since;
        _node.Server.Deliver("alice@example.com");
        await run.UntilAsync(() => run.Scanner.Info is { State: RealtimeState.Waiting, Pending: 1 });
        var service = new ServiceInfo { State = ServiceState.Running, ProcessId = 1, Realtime = run.Scanner.Info };
        Assert.Equal(since, ServiceJson.Read(ServiceJson.Write(service)).Realtime.Wait!.Since);
        await _node.Node.RunAsync(queued, null, default);
        await run.UntilAsync(() => run.Scanner.Info is { Wait: null, State: RealtimeState.Running, Pending: 0 });
        await run.UntilAsync(() => _node.Items().Count == 2);
    }
}
