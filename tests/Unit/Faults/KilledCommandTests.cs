using System.Diagnostics;
using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using Xunit.Abstractions;

namespace MailBackup.Tests.Faults;

/// <summary>The same on a real file system: the real command is killed (SIGKILL) at random moments, and the same is asked afterwards.</summary>
[Collection("Long tests, one after another")]
public sealed class KilledCommandTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Accounts = ["ann@example.com", "bob@example.com", "carl@example.org", "dora@example.org"];

    private readonly NodeFixture _f = new();
    private readonly Random _random = new(20260302);
    private readonly List<SavedState> _saved = [];
    private readonly List<string> _files = [];
    private int _count;

    public void Dispose() => _f.Dispose();

    [Theory]
    [InlineData("scan", 10)]
    [InlineData("purge", 10)]
    [InlineData("repair", 8)]
    public async Task Wherever_a_command_is_killed_nothing_that_was_saved_is_lost(string command, int kills)
    {
        Change(1200, 0);
        await SaveAsync();
        double typical = 800;
        int killed = 0;
        for (int round = 0; killed < kills; round++)
        {
            Assert.True(round < 6 * kills, "It ends before it can be killed.");
            Change(60, 40);
            if (command != "scan")
            {
                await SaveAsync();
            }

            if (command == "purge")
            {
                var there = Present().Select(p => (p.Account, p.Subject)).ToHashSet();
                _saved.ForEach(s => s.MayMiss.UnionWith(s.Items.Select(i => (i.Split('\t')[0], i.Split('\t')[1])).Where(i => !there.Contains(i))));
            }

            string[] more = command == "purge" ? ["--deleted-before", DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), "--no-grace"] : [];
            bool inTime = await KillAsync([command, "--backup-path", _f.BackupPath, "--quiet", .. more], typical * (0.3 + (0.9 * _random.NextDouble())));
            killed += inTime ? 1 : 0;
            typical *= inTime ? 1.05 : 0.85;

            _f.Reopen();
            await VerifyAsync();
            await SaveAsync();
        }

        output.WriteLine($"{command} killed {killed} times; {_f.Node.Operations.History(500).Count(o => o.State == OperationState.Interrupted)} operations were interrupted.");
        await VerifyAsync();
        await _f.AssertNothingChangedAsync();
    }

    private async Task<bool> KillAsync(string[] arguments, double milliseconds)
    {
        using var process = CommandProcess.Start(_f.Options.Home!, arguments);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMilliseconds(milliseconds)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.Kill();
        await process.WaitForExitAsync();
        string error = await process.StandardError.ReadToEndAsync();
        Assert.True(process.ExitCode is 0 or 137, $"{process.ExitCode}: {error}");
        return process.ExitCode == 137;
    }

    private async Task SaveAsync()
    {
        await _f.ScanAsync();
        var at = TransactionLine.Truncate(DateTimeOffset.UtcNow);
        _saved.Add(new SavedState(at, Accounts.ToHashSet(), [.. Present().Select(p => SavedState.LineOf(p.Account, p.Subject, p.Folder, p.Flags, p.Digest))]));
        await Task.Delay(2);
    }

    private async Task VerifyAsync()
    {
        await _f.AssertCoherentAsync();
        foreach (var saved in _saved)
        {
            var listed = _f.Items(at: saved.At).ConvertAll(i => SavedState.LineOf(i.Account, i.Subject, i.Folder, i.Flags, i.Digest!.Value));
            var (missing, extra) = saved.Compare(listed);
            Assert.True(
                missing.Count + extra.Count == 0,
                $"State {_saved.IndexOf(saved)} of {_saved.Count}: missing\n{string.Join('\n', missing.Take(5))}\ntoo many\n{string.Join('\n', extra.Take(5))}");
        }

        // Proved against its digest as it is read.
        foreach (var item in _f.Items().OrderBy(_ => _random.Next()).Take(50))
        {
            Assert.Equal(item.Digest, Digest.Of(_f.Content(item)));
        }
    }

    private IEnumerable<(string Account, string Subject, string Folder, MessageFlags Flags, Digest Digest)> Present()
    {
        foreach (string file in _files)
        {
            byte[] content = File.ReadAllBytes(file);
            string text = System.Text.Encoding.UTF8.GetString(content);
            string subject = text[(text.IndexOf("Subject: ", StringComparison.Ordinal) + 9)..];
            string[] parts = Path.GetRelativePath(_f.Server.Root, file).Split('/');
            yield return (
                parts[1] + "@" + parts[0], subject[..subject.IndexOf('\r', StringComparison.Ordinal)], parts[3] == "cur" ? "INBOX" : parts[3][1..],
                (file.EndsWith('S') ? MessageFlags.Seen : 0) | (file.Contains(":2,F", StringComparison.Ordinal) ? MessageFlags.Flagged : 0), Digest.Of(content));
        }
    }

    /// <summary>New mails, and as many that are gone, flagged or moved.</summary>
    private void Change(int added, int changed)
    {
        for (int i = 0; i < changed; i++)
        {
            int at = _random.Next(_files.Count);
            string file = _files[at];
            _files.RemoveAt(at);
            if (i % 4 < 2)
            {
                File.Delete(file);
                continue;
            }

            string to = i % 4 == 2
                ? file.Contains(":2,F", StringComparison.Ordinal) ? file.Replace(":2,F", ":2,", StringComparison.Ordinal) : file.Replace(":2,", ":2,F", StringComparison.Ordinal)
                : file.Contains("/.Work/", StringComparison.Ordinal) ? file.Replace("/.Work/", "/", StringComparison.Ordinal) : file.Replace("/cur/", "/.Work/cur/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Move(file, to);
            _files.Add(to);
        }

        for (int i = 0; i < added; i++)
        {
            int n = _count++;
            _files.Add(_f.Server.Deliver(Accounts[n % Accounts.Length], n % 3 == 0 ? ".Work" : "", body: new string((char)('a' + (n % 26)), n % 2500)));
        }
    }
}
