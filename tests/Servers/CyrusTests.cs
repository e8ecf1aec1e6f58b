using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Realtime;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>The same over a server of another kind: OBJECTID, CREATE-SPECIAL-USE, an administrator who acts for users by authorization identity.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class CyrusTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CyrusFact]
    public async Task Changes_are_history_and_a_lost_mailbox_comes_back_as_it_was()
    {
        using var server = new CyrusServer();
        using var node = server.NewNode(_folder);
        using (var alice = server.Login("alice"))
        {
            alice.Send("CREATE Sent (USE (\\Sent))");
            alice.Send("CREATE \"B&APw-cher/2026\"");
            alice.Send("SUBSCRIBE \"B&APw-cher/2026\"");
            for (int n = 1; n <= 12; n++)
            {
                alice.Append(n % 3 == 0 ? "Sent" : "INBOX", n % 2 == 0 ? "\\Seen" : "\\Flagged Wichtig", Moment(n), Mail(n, n * 3000));
            }

            await CyrusServer.CompleteAsync(node, new ScanRequest());
            var before = Items(node);
            Assert.Equal(12, before.Count);
            Assert.Contains(node.GetItems(new ItemQuery { Type = ItemType.Folder }), f => f.Folder == "Bücher/2026");

            alice.Send("SELECT INBOX");
            alice.Send("UID MOVE 1 Sent");
            alice.Send("UID STORE 2 +FLAGS (\\Answered)");
            alice.Send("UID STORE 3 +FLAGS (\\Deleted)");
            alice.Send("UID EXPUNGE 3");
            alice.Send("RENAME Sent Gesendet");
            var changed = await CyrusServer.CompleteAsync(node, new ScanRequest());
            Assert.Equal((0L, 1L, 0L), (changed.Added, changed.Deleted, changed.BytesRead));
            Assert.Equal((before[0].Id, "Gesendet"), (Items(node)[0].Id, Items(node)[0].Folder));
            var unchanged = await CyrusServer.CompleteAsync(node, new ScanRequest());
            Assert.Equal((0L, 0L, 0L), (unchanged.Added, unchanged.Updated, unchanged.BytesRead));

            var seen = View(server);
            foreach (string folder in new[] { "Gesendet", "\"B&APw-cher/2026\"", "\"B&APw-cher\"" })
            {
                try
                {
                    alice.Send($"DELETE {folder}");
                }
                catch (Xunit.Sdk.TrueException)
                {
                    // A level that Cyrus never made.
                }
            }

            alice.Send("UNSUBSCRIBE \"B&APw-cher/2026\"");
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1:* +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
            var restored = await CyrusServer.CompleteAsync(node, new RestoreRequest { Account = "alice" });
            Assert.Equal(0, restored.Unrestored);
            Assert.Equal(seen, View(server));
            Assert.Contains(alice.Send("LIST \"\" Gesendet RETURN (SPECIAL-USE)"), l => l.Contains("\\sent", StringComparison.OrdinalIgnoreCase));
        }

        var again = await CyrusServer.CompleteAsync(node, new RestoreRequest { Account = "alice" });
        Assert.Equal(0, again.Restored);
    }

    [CyrusFact]
    public async Task Hundreds_of_real_mails_go_through_the_whole_job()
    {
        using var server = new CyrusServer();
        using var node = server.NewNode(_folder);
        var mails = RealMails(400).Select(m => System.Text.Encoding.Latin1.GetBytes(
            System.Text.Encoding.Latin1.GetString(m).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)));
        int taken = await new ImapWholeJob(node, "alice", server.Port, CyrusServer.Password).RunAsync(mails);
        Assert.True(taken > 350, $"{taken} mails");
    }

    [CyrusFact]
    public async Task Keywords_beyond_what_a_folder_has_room_for_are_a_warning_and_no_mail_is_missing()
    {
        using var server = new CyrusServer();
        using var node = server.NewNode(_folder);
        using var alice = server.Login("alice");
        alice.Send("CREATE Other");
        for (int n = 0; n < 200; n++)
        {
            alice.Append(n < 100 ? "INBOX" : "Other", $"\\Seen word{n}", Moment(n), Mail(n, 100));
        }

        await CyrusServer.CompleteAsync(node, new ScanRequest());
        alice.Send("CREATE Both");
        var report = await CyrusServer.CompleteAsync(node, new RestoreRequest { Account = "alice", Folder = "Both" });
        Assert.Equal((200L, 0L), (report.Restored, report.Unrestored));
        Assert.Contains("keywords", Assert.Single(report.Warnings), StringComparison.Ordinal);
        var mails = alice.Mails("Both");
        Assert.Equal((200, true), (mails.Count, mails.All(m => m.Contains("\\Seen", StringComparison.Ordinal))));
        Assert.InRange(mails.Count(m => m.Contains("word", StringComparison.Ordinal)), 90, 199);
    }

    /// <summary>As a mail program sees it that has just logged in.</summary>
    private static List<string> View(CyrusServer server)
    {
        using var session = server.Login("alice");
        return session.View();
    }

    [CyrusFact]
    public async Task Realtime_follows_by_IDLE_and_finds_the_rest_in_rounds()
    {
        using var server = new CyrusServer();
        using var node = server.NewNode(_folder);
        node.UpdateConfiguration(c => c with { Source = c.Source with { ImapWatchInterval = 5 } });
        using var alice = server.Login("alice");
        alice.Send("CREATE Work");
        alice.Append("INBOX", "", Moment(1), Mail(1));
        await CyrusServer.CompleteAsync(node, new ScanRequest());
        await using var run = await RealtimeRun.StartAsync(node);
        await run.UntilAsync(() => run.Scanner.Info is { Watches: 1, Rounds.Count: 1, Unwatched.Count: 0 });
        for (int n = 2; n <= 6; n++)
        {
            alice.Append("INBOX", "", Moment(n), Mail(n));
            await run.UntilAsync(() => Items(node).Count == n);
        }

        var before = Items(node);
        alice.Send("SELECT INBOX");
        alice.Send("UID MOVE 1 Work");
        await run.UntilAsync(() => Items(node)[0].Folder == "Work");
        Assert.Equal(before.Select(i => i.Id), Items(node).Select(i => i.Id));
        alice.Append("Work", "", Moment(7), Mail(7));
        await run.UntilAsync(() => Items(node).Count == 7);
    }

    private static List<BackupItem> Items(BackupNode node) =>
        [.. node.GetItems(new ItemQuery { Type = ItemType.Message }).OrderBy(i => i.Subject, StringComparer.Ordinal)];
}
