using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Tests.Support;
using Xunit.Abstractions;

namespace MailBackup.Tests.Realtime;

/// <summary>What realtime stands: figures are written to the output, only correctness is asserted (and memory).</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class RealtimeLoadTests(ITestOutputHelper output) : IDisposable
{
    private const int Accounts = 40;

    private readonly NodeFixture _node = new();
    private TimeSpan _cpu;

    public void Dispose() => _node.Dispose();

    [LongFact]
    public async Task Two_thousand_changes_a_second_for_half_a_minute()
    {
        const int Rate = 2_000, Seconds = 30;
        await using var run = await PrepareAsync();
        var clock = Stopwatch.StartNew();
        long made = 0;
        var files = new List<string>();
        await OnThreadOfItsOwn(() =>
        {
            while (clock.Elapsed.TotalSeconds < Seconds)
            {
                for (double now = clock.Elapsed.TotalSeconds; made < now * Rate; made++)
                {
                    // Every third change is a flag.
                    if (made % 3 == 2)
                    {
                        int i = (int)(made * 7919 % files.Count);
                        File.Move(files[i], files[i] += "S");
                    }
                    else
                    {
                        files.Add(Deliver(made));
                    }
                }

                Thread.Sleep(2);
            }
        });

        double wrote = clock.Elapsed.TotalSeconds;
        await run.UntilAsync(() => run.Scanner.Info.Pending == 0);
        Tell(run, made, wrote, clock.Elapsed.TotalSeconds);
        await run.AgreesAsync(_node.Node, readData: false);
    }

    [LongFact]
    public async Task A_burst_of_a_hundred_thousand_changes()
    {
        await using var run = await PrepareAsync();
        GC.Collect();
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        using var watch = new Timer(_ => most = Math.Max(most, GC.GetTotalMemory(false)), null, 50, 50);
        var clock = Stopwatch.StartNew();
        await OnThreadOfItsOwn(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                Deliver(i);
            }
        });

        double wrote = clock.Elapsed.TotalSeconds;
        await run.UntilAsync(() => run.Scanner.Info.Pending == 0 && run.Scanner.Info.Changes >= 100_000, TimeSpan.FromMinutes(5));
        Tell(run, 100_000, wrote, clock.Elapsed.TotalSeconds);
        output.WriteLine($"Overflows {run.Scanner.Info.Overflows}, managed memory {before >> 20} MB before, {most >> 20} MB at most, resident {Environment.WorkingSet >> 20} MB.");
        Assert.True(most - before < 400L << 20);
        await run.AgreesAsync(_node.Node, readData: false);
    }

    /// <summary>As a mail server is another process: what it does takes no thread from the scanner's pool.</summary>
    private static Task OnThreadOfItsOwn(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task<RealtimeRun> PrepareAsync()
    {
        for (int a = 0; a < Accounts; a++)
        {
            _node.Server.Deliver(Account(a));
        }

        await _node.ScanAsync();
        _cpu = Environment.CpuUsage.TotalTime;
        return await RealtimeRun.StartAsync(_node);
    }

    private void Tell(RealtimeRun run, long made, double wrote, double all)
    {
        var lags = run.Batches.SelectMany(b => Enumerable.Repeat(b.Lag.TotalSeconds, (int)b.Changes)).Order().ToList();
        output.WriteLine($"{made:N0} changes in {wrote:N1} s ({made / wrote:N0}/s), all durable after {all:N1} s ({lags.Count / all:N0}/s); {run.Batches.Count:N0} batches, {lags.Count:N0} transactions.");
        output.WriteLine($"CPU of the whole process, the making of the changes included: {(Environment.CpuUsage.TotalTime - _cpu).TotalSeconds:N1} s.");
        output.WriteLine($"Age of the oldest change of a batch when it was durable, by transaction: median {lags[lags.Count / 2]:N2} s, 99 % {lags[(int)(lags.Count * 0.99)]:N2} s, most {lags[^1]:N2} s.");
    }

    private static string Account(long n) => $"user{n % Accounts}@example.com";

    private string Deliver(long n)
    {
        string directory = Path.Combine(_node.Server.Root, "example.com", $"user{n % Accounts}", "Maildir");
        string name = $"17{n:d8}.M{n}P1.mx";
        File.WriteAllText(Path.Combine(directory, "tmp", name), $"From: ann@example.com\r\nSubject: Mail {n}\r\n\r\nBody of {n}\r\n");
        string path = Path.Combine(directory, "cur", name + ":2,");
        File.Move(Path.Combine(directory, "tmp", name), path);
        return path;
    }
}
