using System.Text;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>What a mail program sees of a real Dovecot is the judge: before a loss, and after the restore.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class DovecotTests : IDisposable
{
    private const string Alice = "alice@example.com";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [DovecotFact]
    public async Task A_lost_server_is_seen_as_it_was_after_its_restore()
    {
        using var node = NewNode(sample: true);
        using var server = new DovecotServer(_folder["mail"]);
        Use(server);
        var before = View(server, Alice, "bob@example.com", "carla@example.org");
        Assert.Contains(before, m => m.Contains("$Forwarded", StringComparison.Ordinal));
        Assert.Contains(before, m => m.Contains("Blaue_Karte", StringComparison.Ordinal));

        // Beside the running server, as on any night.
        await RunAsync(node, new ScanRequest());
        server.Stop();
        foreach (string domain in Directory.GetDirectories(_folder["mail"]))
        {
            Directory.Delete(domain, recursive: true);
        }

        var restored = await RunAsync(node, new RestoreRequest());
        Assert.Equal(0, restored.Report!.Unrestored);
        server.Start();
        Assert.Equal(before, View(server, Alice, "bob@example.com", "carla@example.org"));
    }

    [DovecotFact]
    public async Task What_a_user_does_beside_the_scans_is_history_and_can_be_undone()
    {
        using var node = NewNode(sample: false);
        using var server = new DovecotServer(_folder["mail"]);
        using (var alice = server.Login(Alice))
        {
            alice.Send("CREATE Projects");
            alice.Append("INBOX", "\\Seen", Moment(1), Mail(1));
            alice.Append("INBOX", "", Moment(2), Mail(2));
            alice.Append("INBOX", "\\Flagged", Moment(3), Mail(3));
            await RunAsync(node, new ScanRequest());
            var before = Items(node);
            Assert.Equal(3, before.Count);

            alice.Send("SELECT INBOX");
            alice.Send("UID STORE 1 +FLAGS (\\Answered Important)");
            alice.Send("UID MOVE 2 Projects");
            alice.Send("UID STORE 3 +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
            var seen = alice.View();

            var scan = (await RunAsync(node, new ScanRequest())).Report!;
            Assert.Equal(0, scan.Added);
            var now = Items(node);
            Assert.Equal(before[0].Id, now[0].Id);
            Assert.Equal(MessageFlags.Seen | MessageFlags.Answered, now[0].Flags);
            Assert.Equal(["Important"], now[0].Tags);
            Assert.Equal((before[1].Id, "Projects"), (now[1].Id, now[1].Folder));
            Assert.True(now[2].Deleted);

            var restore = await RunAsync(node, new RestoreRequest { Account = Alice, Items = [before[2].Id.Value], At = before[2].Start });
            Assert.Equal(1, restore.Report!.Restored);
            string back = Assert.Single(alice.View().Except(seen, StringComparer.Ordinal));
            Assert.StartsWith("INBOX \"", back.Replace("INBOX ", "INBOX \"", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains("(\\Flagged)", back, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Mail(3))), back, StringComparison.Ordinal);
        }

        // The server and the backup agree, so the next scan has nothing to do.
        var last = (await RunAsync(node, new ScanRequest())).Report!;
        Assert.Equal((0, 0, 0), (last.Added, last.Updated, last.Deleted));
    }

    private static DateTimeOffset Moment(int n) => new(2026, 3, n, 8, 30, 15, TimeSpan.Zero);

    private static byte[] Mail(int n) => Encoding.ASCII.GetBytes($"From: ann@example.com\r\nSubject: Mail {n}\r\n\r\nBody {n}\r\n");

    private static List<BackupItem> Items(BackupNode node) =>
        [.. node.GetItems(new ItemQuery { Type = ItemType.Message, Selection = ItemSelection.All }).OrderBy(i => i.Subject, StringComparer.Ordinal)];

    private static async Task<Operation> RunAsync(BackupNode node, OperationRequest request)
    {
        var operation = await node.RunAsync(node.Submit(request), null, default);
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation;
    }

    /// <summary>Folders with strange names, keywords, flags, dates and subscriptions, made as a user makes them.</summary>
    private static void Use(DovecotServer server)
    {
        using var alice = server.Login(Alice);
        alice.Send("CREATE \"Projects/2026/Q1\"");
        alice.Send("CREATE \"B&APw-cher\"");
        alice.Send("SUBSCRIBE \"Projects/2026/Q1\"");
        alice.Send("SUBSCRIBE \"B&APw-cher\"");
        for (int n = 1; n <= 5; n++)
        {
            alice.Append("Projects/2026/Q1", "\\Seen", Moment(n), Mail(n));
        }

        alice.Send("SELECT \"Projects/2026/Q1\"");
        alice.Send("STORE 1 +FLAGS ($Forwarded \\Answered)");
        alice.Send("STORE 2 +FLAGS (Blaue_Karte \\Flagged)");
        alice.Send("STORE 3 +FLAGS (\\Deleted)");
        alice.Send("STORE 4 FLAGS (\\Draft $MDNSent)");
        alice.Send("COPY 5 INBOX");
    }

    private static List<string> View(DovecotServer server, params string[] users) => [.. users.SelectMany(user =>
    {
        using var session = server.Login(user);
        return session.View().Select(m => user + " " + m);
    })];

    private BackupNode NewNode(bool sample)
    {
        if (sample)
        {
            Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), _folder["mail"]);
        }

        return BackupNode.Initialize(
            _folder["backup"],
            new NodeConfiguration { Source = new SourceConfiguration { Maildir = _folder["mail"] } },
            new NodeOptions { Home = _folder["home"] });
    }
}
