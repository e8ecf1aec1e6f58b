using System.Text;
using MailBackup.Archives;
using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>The other ways to get mail back, judged by what a mail program sees of a real Dovecot.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class DovecotRestoreTests : IDisposable
{
    private const string Alice = "alice@example.com";
    private const string Copy = "alice.copy@example.com";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [DovecotFact]
    public async Task A_new_account_and_an_imported_archive_look_like_the_old_one()
    {
        using var node = NewNode();
        using var server = new DovecotServer(_folder["mail"]);
        var before = View(server, Alice);
        Assert.True(before.Count > 20);
        await RunAsync(node, new ScanRequest());
        await RunAsync(node, new AccountRestoreRequest { Account = Alice, As = Copy });
        Assert.Equal(before, View(server, Copy));

        foreach (var format in (ArchiveFormat[])[ArchiveFormat.Maildir, ArchiveFormat.Mbox, ArchiveFormat.Zip])
        {
            string account = $"{format}@example.com".ToLowerInvariant(), archives = Directory.CreateDirectory(_folder[$"{format}"]).FullName;
            await RunAsync(node, new ExportAccountRequest { Account = Alice, Destination = archives, Format = format });
            View(server, account);
            await RunAsync(node, new ImportAccountRequest { Account = account, Path = Directory.GetFileSystemEntries(archives).Single() });

            // Subscriptions are the account's, not its archive's.
            Assert.Equal(before.Where(IsMail), View(server, account).Where(IsMail));
        }
    }

    [DovecotFact]
    public async Task Undeleted_mail_is_where_it_was_with_a_tag_and_lost_content_is_under_its_number()
    {
        using var node = NewNode();
        using var server = new DovecotServer(_folder["mail"]);
        using (var alice = server.Login(Alice))
        {
            for (int n = 0; n < 40; n++)
            {
                alice.Append("INBOX", "\\Seen", new DateTimeOffset(2026, 3, 1, 0, n, 0, TimeSpan.Zero), Encoding.ASCII.GetBytes($"Subject: {n}\r\n\r\nBody {n}\r\n"));
            }
        }

        var before = View(server, Alice);
        await RunAsync(node, new ScanRequest());
        var after = DateTimeOffset.UtcNow;
        using (var alice = server.Login(Alice))
        {
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1:2,5:44 +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
        }

        Assert.Equal(42, (await RunAsync(node, new ScanRequest())).Report!.Deleted);
        var undelete = await RunAsync(node, new UndeleteRequest { Accounts = [Alice], After = after });
        Assert.Equal((42L, 0L, 0L), (undelete.Report!.Restored, undelete.Report.Skipped, undelete.Report.Unrestored));
        string tag = UndeletePlan.TagOf(DateTimeOffset.Now);

        // A file that it has expunged a moment ago and that is there again, Dovecot takes for a race, and shows it when it looks the next time.
        View(server, Alice);
        var back = View(server, Alice);
        Assert.Equal(42, back.Count(m => m.Contains(tag, StringComparison.Ordinal)));
        Assert.Equal(
            before, back.Select(m => m.Replace(" " + tag, "", StringComparison.Ordinal).Replace(tag, "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        // Dovecot knows messages by the numbers that it gave their files.
        await RunAsync(node, new ScanRequest());
        var numbers = Numbers(server);
        string[] files = Directory.GetFiles(Path.Combine(_folder["mail"], "example.com", "alice", "Maildir", "cur"));
        File.WriteAllBytes(files[0], []);
        File.WriteAllBytes(files[1], "broken\r\n"u8.ToArray());
        var blobs = await RunAsync(node, new BlobRestoreRequest { Accounts = [Alice] });
        Assert.Equal(2, blobs.Report!.Restored);
        Assert.Equal(numbers, Numbers(server));
        Assert.Equal(back, View(server, Alice));
    }

    private static bool IsMail(string line) => !line.StartsWith("subscribed ", StringComparison.Ordinal);

    private static List<string> Numbers(DovecotServer server)
    {
        using var session = server.Login(Alice);
        session.Send("SELECT INBOX");
        return [.. session.Send("UID FETCH 1:* (UID RFC822.SIZE)").Where(l => l.Contains("FETCH", StringComparison.Ordinal))];
    }

    private static List<string> View(DovecotServer server, string user)
    {
        using var session = server.Login(user);
        return [.. session.View().Order(StringComparer.Ordinal)];
    }

    private static async Task<Operation> RunAsync(BackupNode node, OperationRequest request)
    {
        var operation = await node.RunAsync(node.Submit(request), null, default);
        Assert.True(operation.State == OperationState.Completed, $"{operation.Kind} {operation.State}: {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation;
    }

    private BackupNode NewNode()
    {
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), _folder["mail"]);
        return BackupNode.Initialize(
            _folder["backup"],
            new NodeConfiguration { Source = new SourceConfiguration { Maildir = _folder["mail"] } },
            new NodeOptions { Home = _folder["home"] });
    }
}
