using MailBackup.Archives;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Every way to get mail back, over IMAP alone; what a mail program sees of a real Dovecot is the judge.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapStrategyTests
{
    private const string Carla = "carla@example.org";

    [DovecotFact]
    public async Task History_comparison_and_undelete_work_over_the_network()
    {
        using var fixture = new ImapFixture(Alice);
        Fill(fixture, 40);
        await fixture.CompleteAsync(new ScanRequest());
        var before = View(fixture, Alice);
        var then = DateTimeOffset.UtcNow;
        var lost = fixture.Items().Single(i => i.Subject == "Mail 0004");
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1:10 +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
            alice.Send("DELETE Projects/2026");
        }

        var deleted = (await fixture.CompleteAsync(new ScanRequest())).Deleted;
        Assert.True(deleted > 20, $"{deleted} deleted");
        Assert.Equal([false, true], fixture.Node.GetHistory(Alice, lost.Id).Select(s => s.Deleted));
        Assert.Equal(deleted, fixture.Node.Compare(Alice, then).Count(c => c.Before is { Deleted: false } && c.After is null or { Deleted: true }));

        var undelete = await fixture.CompleteAsync(new UndeleteRequest { Accounts = [Alice], After = then });
        Assert.Equal(0, undelete.Unrestored);
        string tag = UndeletePlan.TagOf(DateTimeOffset.Now);
        Assert.Equal(before, [.. View(fixture, Alice).Select(v => v.Replace(" " + tag, "", StringComparison.Ordinal).Replace(tag, "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);
        var scan = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L), (scan.Added, scan.Deleted));
        Assert.False(fixture.Node.GetHistory(Alice, lost.Id)[^1].Deleted);
    }

    [DovecotFact]
    public async Task An_account_becomes_another_with_all_that_it_had()
    {
        using var fixture = new ImapFixture(Alice);
        Fill(fixture, 40);
        await fixture.CompleteAsync(new ScanRequest());
        var copy = await fixture.CompleteAsync(new AccountRestoreRequest { Account = Alice, As = Carla });
        Assert.Equal(0, copy.Unrestored);
        Assert.Equal(View(fixture, Alice), View(fixture, Carla));
        Assert.Equal(0, (await fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Carla })).Restored);
        Assert.Equal(View(fixture, Alice), View(fixture, Carla));
    }

    [DovecotFact]
    public async Task Another_servers_backup_comes_in_once_whatever_kind_of_server_it_was()
    {
        using var old = new ImapFixture();
        Fill(old, 30);
        using (var bob = old.Server.Login(Bob))
        {
            bob.Append("INBOX", "\\Answered", Moment(90), Mail(90));
        }

        await old.CompleteAsync(new ScanRequest());
        using var fixture = new ImapFixture();
        var report = await fixture.CompleteAsync(new ExternalRestoreRequest { Path = old.Node.Path });
        Assert.Equal(0, report.Unrestored);
        Assert.Equal(old.View(Alice, Bob), fixture.View(Alice, Bob));
        await fixture.CompleteAsync(new ExternalRestoreRequest { Path = old.Node.Path });
        Assert.Equal(old.View(Alice, Bob), fixture.View(Alice, Bob));

        // And a Maildir server's: lines end otherwise there.
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), old["tree"]);
        using var maildir = BackupNode.Initialize(
            old["backup2"], new NodeConfiguration { Source = new() { Maildir = old["tree"] } }, new NodeOptions { Home = old["home2"] });
        Assert.Equal(OperationState.Completed, (await maildir.RunAsync(maildir.Submit(new ScanRequest()), null, default)).State);
        int mails = maildir.GetItems(new ItemQuery { Type = ItemType.Message }).Count(i => i.Account == Alice);
        Assert.True(mails > 10);
        using var other = new ImapFixture(Alice);
        var foreign = (await other.RunAsync(new ExternalRestoreRequest { Path = old["backup2"], Accounts = [Alice] })).Report!;
        Assert.Equal(mails, other.View(Alice).Count(IsMail));
        Assert.All(foreign.Troubles, t => Assert.Contains("holds no mail", t.Reason, StringComparison.Ordinal));
        await other.RunAsync(new ExternalRestoreRequest { Path = old["backup2"], Accounts = [Alice] });
        Assert.Equal(mails, other.View(Alice).Count(IsMail));
    }

    [DovecotFact]
    public async Task Archives_go_out_and_in_and_change_and_empty_an_account_as_they_say()
    {
        using var fixture = new ImapFixture();
        Fill(fixture, 30);
        await fixture.CompleteAsync(new ScanRequest());
        var before = View(fixture, Alice).Where(IsMail).ToList();
        string zip = await ExportAsync(fixture, ArchiveFormat.Zip);
        Assert.Equal(30, (await fixture.CompleteAsync(new ImportAccountRequest { Account = Alice, Path = zip })).Skipped);

        // Flags come back without a mail being touched.
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1:* FLAGS (\\Draft Other)");
            alice.Append("INBOX", "", Moment(77), Mail(77));
        }

        var uids = Uids(fixture);
        var modified = await fixture.CompleteAsync(new ImportAccountRequest { Account = Alice, Path = zip, Resolve = ImportResolve.Modify });
        Assert.Equal((0L, 15L), (modified.Restored, modified.Updated));
        Assert.Equal(uids, Uids(fixture));
        Assert.Equal(before, [.. View(fixture, Alice).Where(v => IsMail(v) && !v.Contains(Hash(Mail(77)), StringComparison.Ordinal))]);

        // Another content under the same Message-ID gives way to the archive's.
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Send("SELECT Projects/2026");
            alice.Send("STORE 1 +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
            alice.Append("Projects/2026", "", Moment(1), [.. Mail(1, 64), .. "Something more\r\n"u8]);
        }

        var replaced = await fixture.CompleteAsync(new ImportAccountRequest { Account = Alice, Path = zip, Resolve = ImportResolve.Replace });
        Assert.Equal((0L, 1L), (replaced.Restored, replaced.Updated));
        Assert.Equal(before, [.. View(fixture, Alice).Where(v => IsMail(v) && !v.Contains(Hash(Mail(77)), StringComparison.Ordinal))]);

        // Emptied, then filled: what the archive does not have is gone, and the backup has it.
        var reset = await fixture.CompleteAsync(new ImportAccountRequest { Account = Alice, Path = zip, Resolve = ImportResolve.Reset });
        Assert.Equal((30L, 31L), (reset.Restored, reset.Deleted));
        Assert.Equal(before, [.. View(fixture, Alice).Where(IsMail)]);
        Assert.Single(fixture.Items(ItemSelection.All).Where(i => i.Subject == "Mail 0077").DistinctBy(i => i.Id));

        // An archive whose lines end as on a disk is the same mail.
        await fixture.CompleteAsync(new ScanRequest());
        string maildir = await ExportAsync(fixture, ArchiveFormat.Maildir);
        foreach (string file in Directory.EnumerateFiles(maildir, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(Path.GetDirectoryName(f)) is "cur" or "new"))
        {
            File.WriteAllText(file, File.ReadAllText(file).Replace("\r\n", "\n", StringComparison.Ordinal));
        }

        var same = await fixture.CompleteAsync(new ImportAccountRequest { Account = Alice, Path = maildir, Resolve = ImportResolve.Replace });
        Assert.Equal((0L, 0L), (same.Restored, same.Updated));
        Assert.Equal(before, [.. View(fixture, Alice).Where(IsMail)]);
    }

    [DovecotFact]
    public async Task Content_that_the_server_has_lost_is_put_back_and_nothing_else()
    {
        using var fixture = new ImapFixture(Alice);
        Fill(fixture, 30);
        await fixture.CompleteAsync(new ScanRequest());
        var before = View(fixture, Alice);
        var ids = fixture.Items().Select(i => (i.Id, i.Subject)).ToList();
        fixture.Server.Stop();
        string cur = Path.Combine(fixture.MailTree, "example.com", "alice", "Maildir", "cur");
        string[] files = [.. Directory.GetFiles(cur).Order(StringComparer.Ordinal)];
        File.WriteAllBytes(files[0], []);
        File.WriteAllBytes(files[1], "Subject: broken\r\n\r\nbroken\r\n"u8.ToArray());
        File.Delete(files[2]);
        foreach (string index in Directory.GetFiles(Path.GetDirectoryName(cur)!, "dovecot.index*"))
        {
            File.Delete(index);
        }

        fixture.Server.Start();
        fixture.Follow();
        var lost = await fixture.Node.FindLostContentAsync(new BlobRestoreRequest { Accounts = [Alice], ReadData = true }, t => Assert.Fail(t.Reason), default).ToListAsync();
        Assert.Equal(3, lost.Count);
        var put = await fixture.CompleteAsync(new BlobRestoreRequest { Accounts = [Alice], ReadData = true });
        Assert.Equal((3L, 0L), (put.Restored, put.Unrestored));
        Assert.Equal(before, View(fixture, Alice));
        await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal(ids, fixture.Items().Select(i => (i.Id, i.Subject)).ToList());
        Assert.Empty(await fixture.Node.FindLostContentAsync(new BlobRestoreRequest { ReadData = true }, t => Assert.Fail(t.Reason), default).ToListAsync());
    }

    private static void Fill(ImapFixture fixture, int count)
    {
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Projects/2026");
        alice.Send("SUBSCRIBE Projects/2026");
        string[] flags = ["", "\\Seen", "$Forwarded \\Seen", "Blau \\Flagged"];
        for (int n = 1; n <= count; n++)
        {
            alice.Append(n % 2 == 0 ? "INBOX" : "Projects/2026", flags[n % 4], Moment(n), Mail(n, n * 64));
        }
    }

    private static async Task<string> ExportAsync(ImapFixture fixture, ArchiveFormat format)
    {
        string folder = Directory.CreateDirectory(fixture[$"archive-{format}"]).FullName;
        await fixture.CompleteAsync(new ExportAccountRequest { Account = Alice, Destination = folder, Format = format });
        return Directory.GetFileSystemEntries(folder).Single();
    }

    private static bool IsMail(string line) => line.Contains(" +0000 (", StringComparison.Ordinal);

    private static string Hash(byte[] mail) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(mail));

    private static List<string> Uids(ImapFixture fixture)
    {
        using var session = fixture.Server.Login(Alice);
        session.Send("EXAMINE INBOX");
        return [.. session.Send("UID FETCH 1:* (UID RFC822.SIZE)").Where(l => l.Contains("FETCH", StringComparison.Ordinal))];
    }

    private static List<string> View(ImapFixture fixture, string user)
    {
        using var session = fixture.Server.Login(user);
        return [.. session.View().Order(StringComparer.Ordinal)];
    }
}
