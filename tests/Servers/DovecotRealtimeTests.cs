using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Realtime;
using MailBackup.Tests.Support;
using Xunit.Abstractions;

namespace MailBackup.Tests.Servers;

/// <summary>Realtime beside a real Dovecot that delivers, marks, moves and expunges.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class DovecotRealtimeTests(ITestOutputHelper output) : IDisposable
{
    private const string Alice = "alice@example.com";

    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [DovecotFact]
    public async Task What_users_do_is_in_the_backup_at_once()
    {
        using var server = new DovecotServer(_node.Server.Root);
        server.Deliver(Alice, BusyUser.Mail(1));
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        server.Deliver(Alice, BusyUser.Mail(2));
        await run.UntilAsync(() => Items().Count == 2);
        var before = Items();
        using (var alice = server.Login(Alice))
        {
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1 +FLAGS (\\Flagged Important)");
            await run.UntilAsync(() => Items()[0] is { Flags: MessageFlags.Flagged, Tags: ["Important"] });
            alice.Send("CREATE Projects");
            alice.Send("MOVE 2 Projects");
            await run.UntilAsync(() => Items()[1].Folder == "Projects");
            alice.Send("RENAME Projects Archive");
            await run.UntilAsync(() => Items()[1].Folder == "Archive");
            Assert.Equal(before.Select(i => i.Id), Items().Select(i => i.Id));
            alice.Append("Archive", "\\Seen", DateTimeOffset.UnixEpoch.AddYears(50), BusyUser.Mail(3));
            await run.UntilAsync(() => Items().Count == 3);
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1 +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
            await run.UntilAsync(() => Items()[0].Deleted);
        }

        await run.AgreesAsync(_node.Node);
    }

    [DovecotFact(lmtp: true)]
    public async Task What_LMTP_delivers_is_in_the_backup_at_once()
    {
        using var server = new DovecotServer(_node.Server.Root);
        string[] users = [.. Enumerable.Range(0, 5).Select(i => $"user{i}@example.com")];
        foreach (string user in users)
        {
            server.Deliver(user, BusyUser.Mail(0));
        }

        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        using (var first = new LmtpClient(server.LmtpPort))
        {
            first.Deliver("From: ann@example.com\r\nSubject: To all\r\n\r\nA body.\r\n.with a dot\r\n", users);
        }

        await run.UntilAsync(() => Items().Count(i => i.Subject == "To all") == users.Length);
        Assert.Equal(users, Items().Where(i => i.Subject == "To all").Select(i => i.Account).Order());

        // Several agents at once, as a queue runs.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(agent => Task.Run(() =>
        {
            using var client = new LmtpClient(server.LmtpPort);
            for (int i = 0; i < 50; i++)
            {
                client.Deliver(Encoding.ASCII.GetString(BusyUser.Mail((agent * 1_000) + i)), users[i % users.Length], users[(i + 1) % users.Length]);
            }
        })));
        await run.UntilAsync(() => Items().Count == users.Length * 2 + 400);
        await run.AgreesAsync(_node.Node);
        output.WriteLine($"400 deliveries, longest lag {run.Batches.Max(b => b.Lag.TotalSeconds):N2} s.");
    }

    /// <summary><c>MAILBACKUP_LONG_TESTS</c> is the number of minutes.</summary>
    [LongFact]
    public async Task Random_changes_for_minutes_end_with_agreement()
    {
        double minutes = double.Parse(Environment.GetEnvironmentVariable("MAILBACKUP_LONG_TESTS")!, CultureInfo.InvariantCulture);
        using var server = new DovecotServer(_node.Server.Root);
        string[] users = [.. Enumerable.Range(0, 5).Select(i => $"user{i}@example.com")];
        foreach (string user in users)
        {
            server.Deliver(user, BusyUser.Mail(0));
            BusyUser.Prepare(server, user);
        }

        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        var clock = Stopwatch.StartNew();
        long done = 0;
        await BusyUser.ActAsync(server, users, () => clock.Elapsed.TotalMinutes < minutes, () => (int)Interlocked.Increment(ref done));
        await run.AgreesAsync(_node.Node);
        output.WriteLine($"{done:N0} actions in {clock.Elapsed.TotalMinutes:N1} minutes, {run.Scanner.Info.Changes:N0} changes saved, longest lag {run.Batches.Max(b => b.Lag.TotalSeconds):N2} s.");
    }

    private List<BackupItem> Items() => [.. _node.Items(ItemSelection.All).OrderBy(i => i.Subject, StringComparer.Ordinal)];
}
