using System.Diagnostics;
using System.Globalization;
using MailBackup.Operations;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

/// <summary>The service as a process of its own: signals, death, another process beside it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ServeProcessTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task SIGTERM_ends_it_cleanly()
    {
        _node.Server.Deliver("alice@example.com");
        using var serve = await ServeAsync();
        var scan = await _node.RunAsync(new ScanRequest());
        Assert.Equal(OperationState.Completed, scan.State);
        Signal(serve, "TERM");
        var (code, _, error) = await serve.EndAsync();
        Assert.True(code == 0, $"{code} {error}");
        Assert.Contains("Stopped.", error, StringComparison.Ordinal);
        Assert.Equal(ServiceState.Stopped, _node.Node.GetService().State);
    }

    [Fact]
    public async Task What_it_runs_goes_back_into_the_queue_and_the_next_one_takes_it_up()
    {
        for (int i = 0; i < 4_000; i++)
        {
            _node.Server.Deliver($"user{i % 8}@example.com");
        }

        using var first = await ServeAsync();
        var queued = _node.Node.Submit(new ScanRequest());
        await UntilAsync(() => _node.Node.Operations.Find(queued.Id)!.State != OperationState.Queued);
        Signal(first, "TERM");
        var (code, _, error) = await first.EndAsync();
        Assert.Equal(0, code);

        // Unless it was done already when the signal came.
        var state = _node.Node.Operations.Find(queued.Id)!.State;
        Assert.True(state is OperationState.Queued or OperationState.Completed, $"{state} {error}");
        using var second = await ServeAsync();
        await UntilAsync(() => _node.Node.Operations.Find(queued.Id)!.State == OperationState.Completed);
        Assert.Equal(4_000, _node.Items().Count);
        Signal(second, "TERM");
        await second.EndAsync();
    }

    [Fact]
    public async Task A_killed_service_leaves_no_trace_that_hinders_the_next()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        _node.Node.SetRealtime(enabled: true);
        using (var first = await ServeAsync())
        {
            _node.Server.Deliver("alice@example.com");
            await UntilAsync(() => _node.Items().Count == 2);
            first.Kill();
            await first.EndAsync();
        }

        Assert.Equal(ServiceState.Stopped, _node.Node.GetService().State);
        _node.Server.Deliver("alice@example.com");
        using var second = await ServeAsync();
        await UntilAsync(() => _node.Items().Count == 3);
        await _node.Node.StopServiceAsync(TimeSpan.FromSeconds(30), default);
        Assert.Equal(0, (await second.EndAsync()).Code);
        _node.Node.SetRealtime(enabled: false);
        Assert.Equal(OperationState.Completed, (await _node.RunAsync(new CheckRequest { CompareSource = true, ReadData = true })).State);
    }

    private async Task<Process> ServeAsync()
    {
        var process = CommandProcess.Start(_node.Options.Home!, "serve", "--backup-path", _node.BackupPath);
        await UntilAsync(() => _node.Node.GetService() is { State: ServiceState.Running } info && info.ProcessId == process.Id);
        return process;
    }

    private static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "Not reached.");
            await Task.Delay(50);
        }
    }
}
