using System.Diagnostics;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Storage;
using MailBackup.Tests.Realtime;
using Xunit.Abstractions;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Realtime over IMAP beside a real Dovecot, which tells of changes by NOTIFY, by IDLE alone, or not at all.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapRealtimeTests(ITestOutputHelper output)
{
    private const string Capabilities = "IMAP4rev1 SASL-IR ENABLE UIDPLUS NAMESPACE LIST-EXTENDED LIST-STATUS CONDSTORE QRESYNC MOVE LITERAL+ SPECIAL-USE MULTIAPPEND UNSELECT";
    private const string OnlyIdle = "imap_capability = " + Capabilities + " IDLE";
    private const string Neither = "imap_capability = " + Capabilities;

    [DovecotFact]
    public async Task By_NOTIFY_what_users_do_in_any_folder_is_in_the_backup_at_once()
    {
        using var fixture = new ImapFixture();
        using var alice = fixture.Server.Login(Alice);
        alice.Append("INBOX", "", Moment(1), Mail(1));
        fixture.Server.Deliver(Bob, Mail(9));
        await fixture.CompleteAsync(new ScanRequest());
        await using var run = await RealtimeRun.StartAsync(fixture.Node);
        await run.UntilAsync(() => run.Scanner.Info is { Watches: 2, Rounds.Count: 0, Unwatched.Count: 0 });
        fixture.Server.Deliver(Alice, Mail(2));
        await run.UntilAsync(() => Items(fixture).Count == 3);
        var before = Items(fixture);
        alice.Send("SELECT INBOX");
        alice.Send("STORE 1 +FLAGS (\\Flagged Important)");
        await run.UntilAsync(() => Items(fixture)[0] is { Flags: MessageFlags.Flagged, Tags: ["Important"] });
        alice.Send("CREATE Projects/2026");
        await run.UntilAsync(() => Folders(fixture).Contains("Projects/2026"));
        alice.Send("MOVE 2 Projects/2026");
        await run.UntilAsync(() => Items(fixture)[1].Folder == "Projects/2026");
        alice.Send("RENAME Projects/2026 Archive");
        await run.UntilAsync(() => Items(fixture)[1].Folder == "Archive");
        Assert.Equal(before.Select(i => i.Id), Items(fixture).Select(i => i.Id));
        alice.Append("Archive", "\\Seen", Moment(3), Mail(3));
        await run.UntilAsync(() => Items(fixture).Count == 4);
        alice.Send("SELECT INBOX");
        alice.Send("STORE 1 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        await run.UntilAsync(() => Items(fixture)[0].Deleted);
        alice.Append("INBOX", "", Moment(4), Mail(4));
        alice.Send("DELETE Archive");
        await run.UntilAsync(() => Items(fixture) is [_, { Deleted: true }, { Deleted: true }, { Deleted: false }, _]);
        await run.AgreesAsync(fixture.Node);
        output.WriteLine($"{run.Scanner.Info}");
    }

    [DovecotFact]
    public async Task By_IDLE_the_inbox_is_followed_at_once_and_a_move_out_of_it_is_one_transaction()
    {
        using var fixture = new ImapFixture(adjust: s => s with { ImapWatchInterval = 20 }, settings: OnlyIdle);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Work");
        alice.Append("INBOX", "", Moment(1), Mail(1));
        await fixture.CompleteAsync(new ScanRequest());
        await using var run = await RealtimeRun.StartAsync(fixture.Node);
        await run.UntilAsync(() => run.Scanner.Info is { Watches: 2, Rounds.Count: 2, RoundSeconds: 20 });
        Assert.Contains("IDLE", run.Scanner.Info.Protection, StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();
        alice.Append("INBOX", "", Moment(2), Mail(2));
        await run.UntilAsync(() => Items(fixture).Count == 2);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"Not before a round could have found it: {clock.Elapsed}");
        var before = Items(fixture);
        alice.Send("SELECT INBOX");
        alice.Send("MOVE 1 Work");
        await run.UntilAsync(() => Items(fixture)[0].Folder == "Work");
        Assert.Equal(before.Select(i => i.Id), Items(fixture).Select(i => i.Id));

        // Elsewhere a round finds it.
        alice.Append("Work", "", Moment(3), Mail(3));
        await run.UntilAsync(() => Items(fixture).Count == 3);
        await run.AgreesAsync(fixture.Node);
    }

    [DovecotFact]
    public async Task By_IDLE_further_folders_are_followed_by_connections_of_their_own()
    {
        using var fixture = new ImapFixture(Alice, s => s with { ImapWatchFolders = "inbox, Sent, Nowhere", ImapWatchInterval = 600 }, OnlyIdle);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Sent");
        alice.Append("INBOX", "", Moment(1), Mail(1));
        await fixture.CompleteAsync(new ScanRequest());
        await using var run = await RealtimeRun.StartAsync(fixture.Node);
        await run.UntilAsync(() => run.Scanner.Info.Watches == 2);
        alice.Append("Sent", "\\Seen", Moment(2), Mail(2));
        await run.UntilAsync(() => Items(fixture).Count == 2);
        alice.Append("INBOX", "", Moment(3), Mail(3));
        await run.UntilAsync(() => Items(fixture).Count == 3);
    }

    [DovecotFact]
    public async Task A_server_that_tells_nothing_is_looked_at_in_rounds()
    {
        using var fixture = new ImapFixture(adjust: s => s with { ImapWatchInterval = 5 }, settings: Neither);
        using var alice = fixture.Server.Login(Alice);
        alice.Append("INBOX", "", Moment(1), Mail(1));
        await fixture.CompleteAsync(new ScanRequest());
        await using var run = await RealtimeRun.StartAsync(fixture.Node);
        await run.UntilAsync(() => run.Scanner.Info is { Watches: 0, Rounds.Count: 2, Pending: 0 });
        alice.Append("INBOX", "", Moment(2), Mail(2));
        await run.UntilAsync(() => Items(fixture).Count == 2);
        await run.AgreesAsync(fixture.Node);
    }

    [DovecotFact]
    public async Task Of_200_accounts_20_have_a_connection_and_none_goes_without_protection()
    {
        string[] users = [.. Enumerable.Range(0, 200).Select(i => $"user{i:000}@example.com")];
        FaultProxy? proxy = null;
        using var fixture = new ImapFixture(string.Join(", ", users), s =>
        {
            proxy = new FaultProxy(new Uri(s.Imap!).Port);
            return s with { Imap = $"imap://127.0.0.1:{proxy.Port}", ImapWatchConnections = 20, ImapWatchInterval = 10 };
        });
        using (proxy)
        {
            await fixture.CompleteAsync(new ScanRequest());
            await using var run = await RealtimeRun.StartAsync(fixture.Node);
            await run.UntilAsync(() => run.Scanner.Info is { Watches: 18, Rounds.Count: 182, Pending: 0 });
            foreach (string user in users.Where((_, i) => i % 4 == 3))
            {
                using var session = fixture.Server.Login(user);
                session.Append("INBOX", "", Moment(1), Mail(1));
            }

            var clock = Stopwatch.StartNew();
            await run.UntilAsync(() => Items(fixture).Count == 50, TimeSpan.FromMinutes(2));
            output.WriteLine($"All 50 after {clock.Elapsed.TotalSeconds:N1} s, {run.Scanner.Info.Protection}");

            // Who is active now is followed now, and at once. The first twenty have had theirs for long enough.
            await run.UntilAsync(() =>
            {
                using var session = fixture.Server.Login(users[199]);
                session.Append("INBOX", "", Moment(2), Mail(2));
                Thread.Sleep(2000);
                return !run.Scanner.Info.Rounds.Contains(users[199]);
            }, TimeSpan.FromMinutes(4));
            using (var session = fixture.Server.Login(users[199]))
            {
                session.Append("INBOX", "", Moment(3), Mail(3));
            }

            clock.Restart();
            await run.UntilAsync(() => Items(fixture).Any(i => i.Account == users[199] && i.Subject == "Mail 0003"));
            output.WriteLine($"Followed: {clock.Elapsed.TotalSeconds:N2} s; at most {proxy!.MostOpen} connections, those of scans among them.");
            Assert.InRange(proxy.MostOpen, 18, 20 + 8 + 6);
            await run.AgreesAsync(fixture.Node);
        }
    }

    [DovecotFact]
    public async Task Through_cut_connections_and_a_server_that_dies_nothing_is_missed()
    {
        FaultProxy? proxy = null;
        using var fixture = new ImapFixture(adjust: s =>
        {
            proxy = new FaultProxy(new Uri(s.Imap!).Port);
            return s with { Imap = $"imap://127.0.0.1:{proxy.Port}", ImapWatchInterval = 5 };
        });
        using (proxy)
        {
            using (var alice = fixture.Server.Login(Alice))
            {
                alice.Append("INBOX", "", Moment(1), Mail(1));
            }

            await fixture.CompleteAsync(new ScanRequest());
            await using var run = await RealtimeRun.StartAsync(fixture.Node);
            var random = new Random(7);
            proxy!.OnServer = (_, _, _) =>
            {
                lock (random)
                {
                    if (random.Next(25) == 0)
                    {
                        return false;
                    }

                    Thread.Sleep(random.Next(20));
                    return true;
                }
            };
            int n = 1;
            for (int round = 0; round < 3; round++)
            {
                using (var alice = fixture.Server.Login(Alice))
                using (var bob = fixture.Server.Login(Bob))
                {
                    for (int i = 0; i < 10; i++)
                    {
                        alice.Append("INBOX", "", Moment(++n), Mail(n));
                        bob.Append("INBOX", "\\Seen", Moment(++n), Mail(n));
                        await Task.Delay(random.Next(300));
                    }
                }

                fixture.Server.Kill();
                await run.UntilAsync(() => run.Scanner.Info.Unwatched.Count == 2);
                Assert.NotNull(run.Scanner.Info.Warning);
                fixture.Server.Start();
                proxy.Target = fixture.Server.Port;
            }

            await run.UntilAsync(() => Items(fixture).Count == n, TimeSpan.FromMinutes(2));
            proxy.OnServer = (_, _, _) => true;
            await run.UntilAsync(() => run.Scanner.Info is { Unwatched.Count: 0, Pending: 0, Watches: 2, Warning: null }, TimeSpan.FromMinutes(6));
            await run.AgreesAsync(fixture.Node);
        }
    }

    [DovecotFact]
    public async Task From_a_change_to_its_transaction_it_is_about_a_second()
    {
        foreach (string settings in new[] { "", OnlyIdle })
        {
            using var fixture = new ImapFixture(settings: settings);
            using var alice = fixture.Server.Login(Alice);
            alice.Append("INBOX", "", Moment(1), Mail(1));
            await fixture.CompleteAsync(new ScanRequest());
            await using var run = await RealtimeRun.StartAsync(fixture.Node);
            await run.UntilAsync(() => run.Scanner.Info.Watches == 2);
            var delays = new List<double>();
            for (int n = 2; n <= 21; n++)
            {
                long changes = run.Scanner.Info.Changes;
                await Task.Delay(300);
                alice.Append("INBOX", "", Moment(n), Mail(n));
                var clock = Stopwatch.StartNew();
                await run.UntilChangesAsync(changes + 1);
                delays.Add(clock.Elapsed.TotalSeconds);
            }

            delays.Sort();
            output.WriteLine($"{(settings.Length == 0 ? "NOTIFY" : "IDLE")}: median {delays[10]:N2} s, longest {delays[^1]:N2} s.");
            Assert.True(delays[10] < 3, $"{delays[10]}");
        }
    }

    [DovecotFact]
    public async Task An_account_of_which_realtime_may_have_missed_something_is_scanned_before_its_restore()
    {
        using var fixture = new ImapFixture();
        using var alice = fixture.Server.Login(Alice);
        alice.Append("INBOX", "", Moment(1), Mail(1));
        alice.Append("INBOX", "", Moment(2), Mail(2));
        await fixture.CompleteAsync(new ScanRequest());
        fixture.Node.SetRealtime(enabled: true, initialScan: false);
        alice.Send("SELECT INBOX");
        alice.Send("STORE 1 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        var restore = await fixture.CompleteAsync(new RestoreRequest { Account = Alice, Items = [fixture.Items()[0].Id.Value] });
        Assert.Equal(1, restore.Restored);
        Assert.Equal(OperationKind.AccountScan, fixture.Node.Operations.History(2)[1].Kind);
        using var now = fixture.Server.Login(Alice);
        Assert.Equal(2, now.Mails("INBOX").Count);
    }

    internal static List<BackupItem> Items(ImapFixture fixture) => fixture.Items(ItemSelection.All);

    private static List<string?> Folders(ImapFixture fixture) => [.. fixture.Node.GetItems(new ItemQuery { Type = ItemType.Folder }).Select(f => f.Folder)];
}
