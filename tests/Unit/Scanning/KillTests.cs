using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using Xunit.Abstractions;

namespace MailBackup.Tests.Scanning;

/// <summary>The real command is killed (SIGKILL) at random moments of its scans. Whatever a moment it was, nothing that was saved is lost.</summary>
[Collection("Long tests, one after another")]
public class KillTests(ITestOutputHelper output)
{
    private const int Kills = 50;
    private static readonly string[] Accounts = ["ann@example.com", "bob@example.com", "carl@example.org", "dora@example.org"];

    [Fact]
    public async Task Fifty_killed_scans_lose_nothing_that_was_saved()
    {
        using var f = new NodeFixture();
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        Deliver(f, files, 2000);
        var typical = await MeasureAsync(f);

        var random = new Random(20260301);
        var saved = new Dictionary<(Guid, ItemId), Digest>();
        int killed = 0, committed = 0;
        for (int round = 0; killed < Kills; round++)
        {
            Assert.True(round < 4 * Kills, "Scans end before they can be killed.");
            Deliver(f, files, 20);
            bool inTime;
            using (var process = CommandProcess.Start(f.Options.Home!, "scan", "--backup-path", f.BackupPath, "--quiet"))
            {
                await WaitForMomentAsync(f, process, random, typical, round);
                process.Kill();
                await process.WaitForExitAsync();
                inTime = process.ExitCode == 137;
            }

            int more = await VerifyAsync(f, files, saved, all: killed % 10 == 0);
            if (inTime)
            {
                killed++;
                committed += more;
            }
            else
            {
                typical *= 0.9;
            }
        }

        output.WriteLine($"{killed} scans killed, of which {committed} had saved something; {files.Count} mails.");
        Assert.InRange(committed, 1, Kills - 1); // both kinds of moment were met

        await f.ScanAsync();
        var names = f.Contents().Select(c => FileName(c.State.Key)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), names);
        await VerifyAsync(f, files, saved, all: true);
        await f.AssertNothingChangedAsync();
        Assert.Contains(f.Node.Operations.History(500), o => o.State == OperationState.Interrupted);
    }

    /// <summary>How long the scan takes from its process's start, into a backup path of its own.</summary>
    private static async Task<TimeSpan> MeasureAsync(NodeFixture f)
    {
        var clock = Stopwatch.StartNew();
        var (code, _, error) = await CommandProcess.Start(
            f.Options.Home!, "scan", "--backup-path", f["measure"], "--maildir", f.Server.Root, "--quiet").EndAsync();
        Assert.True(code == 0, error);
        return clock.Elapsed;
    }

    /// <summary>Half of the moments are anywhere in a scan's life; the others follow a change of the backup path, where the writing goes on.</summary>
    private static async Task WaitForMomentAsync(NodeFixture f, Process process, Random random, TimeSpan typical, int round)
    {
        var clock = Stopwatch.StartNew();
        var limit = typical * (0.2 + (0.8 * random.NextDouble()));
        var afterChange = TimeSpan.FromMilliseconds(random.Next(30));
        if (round % 2 == 0)
        {
            await process.WaitForExitAsync().WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        string before = Sizes(f);
        while (!process.HasExited && clock.Elapsed < typical * 2 && Sizes(f) == before)
        {
            await Task.Delay(1);
        }

        if (!process.HasExited)
        {
            await Task.Delay(afterChange);
        }
    }

    private static string Sizes(NodeFixture f)
    {
        var text = new StringBuilder();
        foreach (string folder in (string[])[f.Layout.Accounts, f.Layout.Items])
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            {
                text.Append(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length};");
            }
        }

        return text.ToString();
    }

    /// <summary>Everything that is listed is its file, nothing that was listed before is missing, and the check is content.</summary>
    /// <param name="all">Export what is known from before once more; the check has read all of it in any case.</param>
    /// <returns>1 when there is more than before.</returns>
    private static async Task<int> VerifyAsync(
        NodeFixture f, Dictionary<string, string> files, Dictionary<(Guid, ItemId), Digest> saved, bool all)
    {
        f.Reopen();
        await f.AssertCoherentAsync();
        int before = saved.Count, found = 0;
        var known = saved.Values.ToHashSet();
        foreach (var (_, state, content) in f.Contents(s => all || !known.Contains(s.Digest!.Value)))
        {
            if (content.Length > 0)
            {
                Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(files[FileName(state.Key)])), $"{state.Key} differs.");
            }

            found++;
        }

        var items = f.Node.GetItems(new ItemQuery { Selection = ItemSelection.All, Type = ItemType.Message }).ToList();
        Assert.Equal(found, items.Count);
        Assert.Equal(found, items.Select(i => (i.AccountId, i.Id)).Distinct().Count());
        var now = items.ToDictionary(i => (i.AccountId, i.Id), i => i.Digest!.Value);
        Assert.All(saved, s => Assert.Equal(s.Value, now[s.Key]));
        foreach (var (id, digest) in now)
        {
            saved[id] = digest;
        }

        // What an operation that came to its end has reported is in.
        long reported = f.Node.Operations.History(500).Where(o => o.Kind == OperationKind.SmartScan).Sum(o => o.Report?.Added ?? 0);
        long listed = f.Node.GetItems(new ItemQuery { Selection = ItemSelection.All }).Count() + f.Node.GetAccounts().Count;
        Assert.True(listed >= reported, $"{reported} items were reported as saved, {listed} are there.");
        return saved.Count > before ? 1 : 0;
    }

    private static string FileName(string key) => Path.GetFileName(key);

    private static void Deliver(NodeFixture f, Dictionary<string, string> files, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int n = files.Count;
            string path = f.Server.Deliver(Accounts[n % Accounts.Length], n % 3 == 0 ? ".Work" : "", body: new string((char)('a' + (n % 26)), n % 3000));
            files.Add(Path.GetFileName(path), path);
        }
    }
}
