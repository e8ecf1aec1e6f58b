using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

/// <summary>The service beside other processes on one backup path, and killed at any moment.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class TwoProcessTests : IDisposable
{
    private const int Accounts = 6;

    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Commands_beside_a_realtime_service_leave_one_history()
    {
        using var serve = await PrepareAsync();
        var commands = new List<Task<(int Code, string Output, string Error)>>();
        for (int i = 0; i < 400; i++)
        {
            Deliver(i);
            if (i % 80 == 40)
            {
                commands.Add(CommandProcess.Start(_node.Options.Home!, "scan", "--backup-path", _node.BackupPath).EndAsync());
            }

            await Task.Delay(5);
        }

        foreach (var (code, _, error) in await Task.WhenAll(commands))
        {
            Assert.True(code == 0, error);
        }

        await UntilAsync(() => _node.Items().Count == Accounts + 400);
        await AgreesAsync(serve);
    }

    [Fact]
    public async Task A_service_that_is_killed_again_and_again_misses_nothing()
    {
        var random = new Random(5);
        int delivered = 0;
        for (int life = 0; life < 3; life++)
        {
            using var serve = life == 0 ? await PrepareAsync() : await ServeAsync();
            long end = Environment.TickCount64 + random.Next(300, 2_000);
            while (Environment.TickCount64 < end)
            {
                Deliver(delivered++);
                await Task.Delay(2);
            }

            serve.Kill();
            await serve.EndAsync();

            // Nobody sees these.
            for (int i = 0; i < 20; i++)
            {
                Deliver(delivered++);
            }
        }

        using var last = await ServeAsync();
        await UntilAsync(() => _node.Items().Count == Accounts + delivered);
        await AgreesAsync(last);
    }

    private async Task<Process> PrepareAsync()
    {
        for (int a = 0; a < Accounts; a++)
        {
            _node.Server.Deliver($"user{a}@example.com");
        }

        _node.Server.Settle();
        await _node.ScanAsync();
        _node.Node.SetRealtime(enabled: true);
        return await ServeAsync();
    }

    private async Task<Process> ServeAsync()
    {
        var process = CommandProcess.Start(_node.Options.Home!, "serve", "--backup-path", _node.BackupPath);
        await UntilAsync(() => _node.Node.GetService() is { State: ServiceState.Running } info && info.ProcessId == process.Id);
        return process;
    }

    /// <summary>Every third is a flag, so that histories are more than deliveries.</summary>
    private void Deliver(int n)
    {
        string path = _node.Server.Deliver($"user{n % Accounts}@example.com", flags: "");
        if (n % 3 == 0)
        {
            File.Move(path, path + "S");
        }
    }

    /// <summary>Each item once, each state once, and the server as the backup has it.</summary>
    private async Task AgreesAsync(Process serve)
    {
        // What it says of itself is up to two seconds old.
        var done = DateTimeOffset.UtcNow.AddSeconds(1);
        await UntilAsync(() => _node.Node.GetService() is { Realtime.Pending: 0 } info && info.Heartbeat > done && _node.Node.Operations.List().Count == 0);
        await _node.Node.StopServiceAsync(TimeSpan.FromSeconds(60), default);
        Assert.Equal(0, (await serve.EndAsync()).Code);
        _node.Node.SetRealtime(enabled: false);
        var items = _node.Items(MailBackup.Storage.ItemSelection.All);
        Assert.Equal(items.Count, items.Select(i => i.Subject).Distinct().Count());
        foreach (var item in items)
        {
            var history = _node.Node.GetHistory(item.Account, item.Id);
            Assert.InRange(history.Count, 1, 2);
            Assert.All(history.Zip(history.Skip(1)), h => Assert.NotEqual((h.First.Flags, h.First.Deleted), (h.Second.Flags, h.Second.Deleted)));
        }

        _node.Server.Settle();
        Assert.Equal(OperationState.Completed, (await _node.RunAsync(new CheckRequest { CompareSource = true, ReadData = true })).State);
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(120), "Not reached.");
            await Task.Delay(50);
        }
    }
}
