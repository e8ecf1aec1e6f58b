using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Restores into a real Dovecot over IMAP; what a mail program sees is the judge.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapRestoreTests
{
    [DovecotFact]
    public async Task A_lost_server_is_seen_as_it_was_after_its_restore_and_a_second_one_adds_nothing()
    {
        using var fixture = new ImapFixture();
        Fill(fixture, RealMails(250));
        var before = fixture.View(Alice, Bob);
        await fixture.CompleteAsync(new ScanRequest());
        fixture.Server.Stop();
        foreach (string domain in Directory.GetDirectories(fixture.MailTree))
        {
            Directory.Delete(domain, recursive: true);
        }

        fixture.Server.Start();
        fixture.Follow();
        var restored = await fixture.CompleteAsync(new RestoreRequest());
        Assert.Equal(0, restored.Unrestored);
        Assert.Equal(before, fixture.View(Alice, Bob));

        var again = await fixture.CompleteAsync(new RestoreRequest());
        Assert.Equal(0, again.Restored);
        Assert.Equal(before, fixture.View(Alice, Bob));
        var scan = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L), (scan.Added, scan.Deleted));
    }

    [DovecotFact]
    public async Task An_undeleted_mail_goes_on_under_its_id()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        alice.Append("INBOX", "\\Flagged", Moment(1), Mail(1));
        alice.Append("INBOX", "", Moment(2), Mail(2));
        await fixture.CompleteAsync(new ScanRequest());
        var lost = fixture.Items()[0];
        alice.Send("SELECT INBOX");
        alice.Send("UID STORE 1 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        await fixture.CompleteAsync(new ScanRequest());

        var restored = await fixture.CompleteAsync(new RestoreRequest { Account = Alice, Items = [lost.Id.Value], At = lost.Start });
        Assert.Equal(1, restored.Restored);
        var scan = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (scan.Added, scan.Updated, scan.Deleted));
        Assert.Equal((lost.Id, MessageFlags.Flagged, Moment(1)), (fixture.Items()[0].Id, fixture.Items()[0].Flags, fixture.Items()[0].Date));
    }

    [DovecotFact]
    public async Task What_the_server_refuses_is_unrestored_with_its_words_and_two_equal_mails_stay_two()
    {
        using var fixture = new ImapFixture(Alice);
        string big = Path.Combine(fixture.MailTree, "example.com", "alice", "Maildir", "cur", "1700000000.M1P1.vm:2,S");
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Append("INBOX", "", Moment(1), Mail(1));
            alice.Append("INBOX", "", Moment(1), Mail(1));
            alice.Send("SELECT INBOX");
            File.WriteAllBytes(big, Mail(9, 9_000_000));
            fixture.Server.TakeOwnership();
            alice.Send("NOOP");
        }

        await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal(3, fixture.Items().Count);
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1:* +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
        }

        var restore = await fixture.RunAsync(new RestoreRequest { Account = Alice });
        Assert.Equal((OperationState.CompletedWithErrors, 2L, 1L), (restore.State, restore.Report!.Restored, restore.Report.Unrestored));
        Assert.Contains("larger than the maximum size", Assert.Single(restore.Report.Troubles).Reason, StringComparison.Ordinal);
    }

    /// <summary>A large account is still at work when a third one is begun on two connections: its second equal mail is not the first one.</summary>
    [DovecotFact]
    public async Task Accounts_that_come_and_go_take_nothing_from_one_that_is_still_being_restored()
    {
        using var fixture = new ImapFixture();
        using var proxy = new FaultProxy(fixture.Server.Port);
        await using var source = new ImapSource(fixture.Source() with { Imap = $"imap://127.0.0.1:{proxy.Port}", ImapMaxConnections = 2 });
        var target = source.RestoreTarget!;
        var inbox = new RestoreFolder("INBOX", FolderKind.Mail, null, null);
        await target.EnsureAccountAsync(Alice, create: false, default);
        Assert.False(await RestoreAsync(Alice, 1));
        foreach (string small in new[] { Bob, "carol@example.com", "dave@example.com" })
        {
            await target.EnsureAccountAsync(small, create: false, default);
            Assert.False(await RestoreAsync(small, 2));
            target.EndAccount(small);
        }

        Assert.False(await RestoreAsync(Alice, 1), "The second of two equal mails was taken for the first.");
        using var alice = fixture.Server.Login(Alice);
        Assert.Equal(2, alice.Mails("INBOX").Count);
        Assert.InRange(proxy.MostOpen, 1, 3);

        async Task<bool> RestoreAsync(string account, int n)
        {
            var state = new ItemState { Type = ItemType.Message, Date = Moment(n), Size = Mail(n).Length };
            return (await target.RestoreItemAsync(account, inbox, new RestoreItem(state, _ => new(new MemoryStream(Mail(n)))), default)).AlreadyThere;
        }
    }

    private static void Fill(ImapFixture fixture, IReadOnlyList<byte[]> mails)
    {
        using var alice = fixture.Server.Login(Alice);
        using var bob = fixture.Server.Login(Bob);
        alice.Send("CREATE Sent");
        alice.Send("CREATE \"Caf&AOk-/2026\"");
        alice.Send("SUBSCRIBE \"Caf&AOk-/2026\"");
        string[] flags = ["", "\\Seen", "\\Seen \\Answered", "$Forwarded \\Seen", "Blau \\Flagged", "\\Draft"];
        for (int i = 0; i < mails.Count; i++)
        {
            string folder = (i % 4) switch { 0 => "Sent", 1 => "Caf&AOk-/2026", _ => "INBOX" };
            (i % 5 == 0 ? bob : alice).Append(i % 5 == 0 ? "INBOX" : folder, flags[i % flags.Length], Moment(i), mails[i]);
        }
    }
}
