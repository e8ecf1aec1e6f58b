using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace MailBackup.Tests.Faults;

/// <summary>
/// Thousands of random lives of a backup path on a disk that fails. Each has a seed, which a failure prints: <c>MAILBACKUP_FUZZ_SEED</c> replays it,
/// <c>MAILBACKUP_FUZZ_ROUNDS</c> makes more of them, or with a seed replays that one so often.
/// </summary>
[Collection("Long tests, one after another")]
public class FaultHistoryTests(ITestOutputHelper output)
{
    private const int Rounds = 2000;

    /// <summary>Milliseconds do; what takes so long waits for something that never comes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Whatever_fails_at_any_moment_nothing_that_was_saved_is_lost()
    {
        int struck = 0;
        var failures = new ConcurrentBag<(int Seed, string Text)>();
        var clock = Stopwatch.StartNew();
        await EachAsync(Rounds, async seed =>
        {
            using var history = new History(seed);
            try
            {
                await history.LiveAsync().WaitAsync(Patience);
            }
            catch (Exception e)
            {
                failures.Add((seed, $"{e.GetType().Name}: {e.Message}\n{string.Join('\n', history.Log)}\n{Where(e)}"));
            }

            Interlocked.Add(ref struck, history.Struck);
        });
        output.WriteLine($"{struck} faults in {clock.Elapsed.TotalSeconds:0.0} s.");
        Assert.True(failures.IsEmpty, $"{failures.Count} seeds fail: {string.Join(
            "\n\n", failures.OrderBy(f => f.Text.Length).Take(5).Select(f => $"MAILBACKUP_FUZZ_SEED={f.Seed} replays this one. {f.Text}"))}");
    }

    /// <summary>One operation of each kind, with a fault at its first change, at its second, and so on to its last.</summary>
    [Theory]
    [InlineData("scan", History.Scan)]
    [InlineData("purge", History.Purge)]
    [InlineData("restore", History.Restore)]
    [InlineData("hold", History.Hold)]
    [InlineData("quarantine", History.Quarantine)]
    public async Task At_every_change_of_the_disk(string operation, int kind)
    {
        // One in which that operation has something to do.
        int seed = 0;
        while (!await OnceAsync(seed, kind, Fault.Kill, 3))
        {
            Assert.True(++seed < 50, $"No {operation} changes anything.");
        }

        await Parallel.ForEachAsync(Enum.GetValues<Fault>().Where(f => f != Fault.None), async (fault, _) =>
        {
            int at = 1;
            while (await OnceAsync(seed, kind, fault, at))
            {
                at++;
            }

            output.WriteLine($"{operation} of seed {seed}, {fault}: {at - 1} changes.");
            Assert.True(at > 1);
        });
    }

    /// <summary>The innermost places of the engine.</summary>
    private static string Where(Exception e) =>
        string.Join('\n', (e.StackTrace ?? "").Split('\n').Where(l => l.Contains(" in ", StringComparison.Ordinal)).Take(8));

    private static async Task<bool> OnceAsync(int seed, int kind, Fault fault, int at)
    {
        using var history = new History(seed);
        try
        {
            return await history.OnceAsync(kind, fault, at).WaitAsync(Patience);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}, {fault} at change {at}: {e.Message}\n{string.Join('\n', history.Log)}", e);
        }
    }

    private static async Task EachAsync(int rounds, Func<int, Task> round)
    {
        // Threads make no life twice the same: what comes by chance comes again when its seed is replayed often enough.
        var only = Number("MAILBACKUP_FUZZ_SEED");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Number("MAILBACKUP_FUZZ_ROUNDS") ?? (only is null ? rounds : 1)),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            async (seed, _) => await round(only ?? seed));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
