using System.Collections.Concurrent;
using System.Diagnostics;
using MailBackup.Realtime;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>A realtime scanner that follows the server of a fixture until it is disposed.</summary>
internal sealed class RealtimeRun : IAsyncDisposable, IServiceLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public RealtimeRun(NodeFixture node)
        : this(node.Node)
    {
    }

    public RealtimeRun(BackupNode node)
    {
        Scanner = new RealtimeScanner(node, this) { OnBatch = (changes, lag) => Batches.Add((changes, lag)) };
        _running = Task.Run(() => Scanner.RunAsync(_stop.Token));
    }

    public RealtimeScanner Scanner { get; }

    public ConcurrentBag<(long Changes, TimeSpan Lag)> Batches { get; } = [];

    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>Follows changes, with nothing in the queue.</summary>
    public static Task<RealtimeRun> StartAsync(NodeFixture node) => StartAsync(node.Node);

    public static async Task<RealtimeRun> StartAsync(BackupNode node)
    {
        node.SetRealtime(enabled: true, initialScan: false);
        var run = new RealtimeRun(node);
        await run.UntilAsync(() => run.Scanner.Info.State == RealtimeState.Running);
        return run;
    }

    public async Task UntilAsync(Func<bool> reached, TimeSpan? patience = null)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.False(_running.IsFaulted, _running.Exception?.ToString());
            Assert.True(clock.Elapsed < (patience ?? Patience), $"Not reached. {Scanner.Info} {string.Join('\n', Log)}");
            await Task.Delay(20);
        }
    }

    public Task UntilChangesAsync(long count) => UntilAsync(() => Scanner.Info.Changes >= count);

    void IServiceLog.Write(ServiceLogLevel level, string message) => Log.Enqueue($"{level} {message}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
