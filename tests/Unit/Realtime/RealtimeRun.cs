using System.Collections.Concurrent;
using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>A realtime scanner that follows the server of a fixture until it is disposed.</summary>
internal sealed class RealtimeRun : IAsyncDisposable, IServiceLog
{
    /// <summary>Only what would never come takes it all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

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

    /// <summary>
    /// Backup and server are the same, content by content. What changed last may be told half a second later (Dovecot gathers), or several on a busy machine: so it is looked
    /// at more than once. What nobody told of would be seen minutes later only.
    /// </summary>
    public async Task AgreesAsync(BackupNode node, bool readData = true)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            await Task.Delay(600);
            await UntilAsync(() => Scanner.Info is { Pending: 0, State: RealtimeState.Running });
            var check = await node.RunAsync(node.Submit(new CheckRequest { CompareSource = true, ReadData = readData }), null, default);
            if (check.State == OperationState.Completed || clock.Elapsed > TimeSpan.FromSeconds(30))
            {
                Assert.True(check.State == OperationState.Completed, $"{check.Error} {string.Join('\n', check.Report!.Troubles.Take(5))}");
                return;
            }
        }
    }

    void IServiceLog.Write(ServiceLogLevel level, string message) => Log.Enqueue($"{level} {message}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
