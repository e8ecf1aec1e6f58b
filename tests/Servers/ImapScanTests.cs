using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Scans of a real Dovecot over IMAP; what happens between them is done by mail programs of our own, from outside.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapScanTests
{
    /// <summary>Realtime announces again and again, and accounts of one batch come later in the next: what was listed ahead must not keep the connections.</summary>
    [DovecotFact]
    public async Task Accounts_that_are_announced_again_further_back_do_not_block_those_before_them()
    {
        string[] users = [.. Enumerable.Range(1, 4).Select(n => $"u{n}@example.com")];
        using var fixture = new ImapFixture(string.Join(',', users));
        await using var source = MailBackup.Sources.MailSourceFactory.Open(fixture.Source() with { ImapMaxConnections = 4 });
        source.ExpectAccounts([users[0], users[1]]);
        await source.ListFoldersAsync(users[0], default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        source.ExpectAccounts([users[2], users[3], users[0], users[1]]);
        foreach (string user in (string[])[users[2], users[3], users[0], users[1]])
        {
            Assert.NotEmpty(await source.ListFoldersAsync(user, default).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        }
    }

    [DovecotFact]
    public async Task What_users_do_between_scans_is_history_and_nothing_is_new_that_was_only_moved()
    {
        using var fixture = new ImapFixture();
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Projects/2026");
        alice.Send("CREATE \"B&APw-cher\"");
        alice.Send("SUBSCRIBE \"B&APw-cher\"");
        for (int n = 1; n <= 6; n++)
        {
            alice.Append("INBOX", n % 2 == 0 ? "\\Seen" : "Important \\Flagged", Moment(n), Mail(n));
        }

        alice.Append("Projects/2026", "", Moment(7), Mail(7));
        var first = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal(0, first.Errors);
        var before = fixture.Items();
        Assert.Equal(7, before.Count);
        Assert.Equal((MessageFlags.Flagged, Moment(1)), (before[0].Flags, before[0].Date));
        Assert.Equal(["Important"], before[0].Tags);
        Assert.Contains(fixture.Node.GetItems(new ItemQuery { Type = ItemType.Folder }), f => f.Folder == "Bücher");
        await fixture.UnchangedAsync();

        alice.Send("SELECT INBOX");
        alice.Send("UID STORE 1 -FLAGS (Important \\Flagged)");
        alice.Send("UID STORE 1 +FLAGS (\\Answered Later)");
        alice.Send("UID MOVE 2 \"B&APw-cher\"");
        alice.Send("UID COPY 3 Projects/2026");
        alice.Send("UID STORE 4 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        alice.Append("INBOX", "", Moment(8), Mail(8));
        var changed = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 2L, 1L), (changed.Errors, changed.Added, changed.Deleted));
        var now = fixture.Items(ItemSelection.All);
        Assert.Equal((before[0].Id, MessageFlags.Answered), (now[0].Id, now[0].Flags));
        Assert.Equal(["Later"], now[0].Tags);
        Assert.Equal((before[1].Id, "Bücher"), (now[1].Id, now[1].Folder));
        Assert.True(now.Single(i => i.Id == before[3].Id).Deleted);

        // The copy is known by the server's own id.
        Assert.Equal(0, changed.BytesRead - Mail(8).Length);
        Assert.Equal(["INBOX", "Projects/2026"], now.Where(i => i.Subject == "Mail 0003").Select(i => i.Folder).Order(StringComparer.Ordinal));
        Assert.Single(now.Where(i => i.Subject == "Mail 0003").Select(i => i.Digest).Distinct());
        await fixture.UnchangedAsync();
    }

    [DovecotFact]
    public async Task A_renamed_folder_takes_its_items_along_and_one_made_anew_gives_them_their_ids_back()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Work");
        for (int n = 1; n <= 5; n++)
        {
            alice.Append("Work", "\\Seen", Moment(n), Mail(n));
        }

        await fixture.CompleteAsync(new ScanRequest());
        var before = fixture.Items();
        alice.Send("RENAME Work Done");
        var renamed = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (renamed.Added, renamed.Deleted, renamed.BytesRead));
        Assert.All(fixture.Items(), i => Assert.Equal("Done", i.Folder));

        // The same mails under another UIDVALIDITY and other names.
        alice.Send("DELETE Done");
        alice.Send("CREATE Done");
        foreach (int n in new[] { 3, 1, 2, 5, 4 })
        {
            alice.Append("Done", "\\Seen", Moment(n), Mail(n));
        }

        var anew = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L), (anew.Added, anew.Deleted));
        Assert.Equal(before.Select(i => i.Id), fixture.Items().Select(i => i.Id));
        await fixture.UnchangedAsync();
    }

    [DovecotFact]
    public async Task The_login_of_a_user_and_his_administrator_in_one_name_works_too()
    {
        using var fixture = new ImapFixture(Alice, s => s with { ImapLogin = "{account}*{admin}", ImapAuthentication = "login" });
        using var alice = fixture.Server.Login(Alice);
        alice.Append("INBOX", "", Moment(1), Mail(1));
        Assert.Equal(0, (await fixture.CompleteAsync(new ScanRequest())).Errors);
        Assert.Single(fixture.Items());
    }

    [DovecotFact]
    public async Task Encrypted_and_compressed_the_same_mails_come()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        for (int n = 1; n <= 30; n++)
        {
            alice.Append("INBOX", "", Moment(n), Mail(n, n * 4096));
        }

        var plain = fixture.Source(Alice);
        string url = $"://localhost:{fixture.Server.TlsPort}", starttls = $"imap://localhost:{fixture.Server.Port}";
        foreach (var source in new[]
        {
            plain with { ImapCompress = true },
            plain with { Imap = "imaps" + url, ImapTls = null, ImapFingerprint = fixture.Server.Fingerprint },
            plain with { Imap = "imaps" + url, ImapTls = null, ImapCaFile = fixture.Server.CertificateFile, ImapCompress = true },
            plain with { Imap = starttls, ImapTls = null, ImapCaFile = fixture.Server.CertificateFile },
        })
        {
            fixture.Node.UpdateConfiguration(c => c with { Source = source });
            var report = await fixture.CompleteAsync(new ScanRequest { Deep = true });
            Assert.Equal(0, report.Errors);
            Assert.Equal(30, fixture.Items().Count);
        }

        foreach (var (source, word) in new[]
        {
            (plain with { Imap = "imaps" + url, ImapTls = null }, fixture.Server.Fingerprint),
            (plain with { Imap = "imaps" + url, ImapTls = null, ImapFingerprint = new string('0', 64) }, "not the pinned"),
            (plain with { Imap = $"imaps://127.0.0.1:{fixture.Server.TlsPort}", ImapTls = null, ImapCaFile = fixture.Server.CertificateFile }, "not one of 127.0.0.1"),
        })
        {
            fixture.Node.UpdateConfiguration(c => c with { Source = source });
            var refused = await fixture.RunAsync(new ScanRequest());
            var trouble = Assert.Single(refused.Report!.Troubles);
            Assert.Equal(ErrorIds.SourceUnreadable, trouble.ErrorId);
            Assert.Contains(word, trouble.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(30, fixture.Items().Count);
    }

    [DovecotFact]
    public async Task A_thousand_folders_of_one_account_are_scanned()
    {
        using var fixture = new ImapFixture(Alice);
        using (var alice = fixture.Server.Login(Alice))
        {
            for (int n = 0; n < 1000; n++)
            {
                alice.Send($"CREATE f{n / 100}/n{n}");
            }

            alice.Append("f3/n333", "", Moment(1), Mail(1));
        }

        await fixture.CompleteAsync(new ScanRequest());
        Assert.True(fixture.Node.GetItems(new ItemQuery { Type = ItemType.Folder }).Count() > 1000);
        Assert.Equal("f3/n333", Assert.Single(fixture.Items()).Folder);
        await fixture.UnchangedAsync();
    }

    [DovecotFact]
    public async Task Of_a_large_folder_only_what_changed_is_listed()
    {
        using var fixture = new ImapFixture(Alice);
        fixture.Append(Alice, 1, 400, 0);
        using var proxy = new FaultProxy(fixture.Server.Port);
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source(Alice) with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });
        await fixture.CompleteAsync(new ScanRequest());
        var before = fixture.Items();
        using var alice = fixture.Server.Login(Alice);
        alice.Send("SELECT INBOX");
        alice.Send("UID STORE 17 +FLAGS (\\Flagged)");
        alice.Send("UID STORE 33,200:209 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        alice.Append("INBOX", "", Moment(401), Mail(401));
        long told = 0;
        proxy.OnServer = (piece, _, _) =>
        {
            Interlocked.Add(ref told, piece.Length);
            return true;
        };
        var report = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((1L, 1L, 11L), (report.Added, report.Updated, report.Deleted));
        Assert.InRange(told, 100, 5000);
        Assert.Equal(390, fixture.Items().Count);
        Assert.Equal(MessageFlags.Flagged, fixture.Items()[16].Flags);
        Assert.Equal(before[16].Id, fixture.Items()[16].Id);
        await fixture.UnchangedAsync();

        // An index that is made anew counts from the beginning: then all is looked at.
        fixture.Server.Stop();
        foreach (string index in Directory.GetFiles(fixture.MailTree, "dovecot.index*", SearchOption.AllDirectories))
        {
            File.Delete(index);
        }

        fixture.Server.Start();
        fixture.Follow();
        await fixture.UnchangedAsync();
        Assert.Equal(0, (await fixture.CompleteAsync(new CheckRequest())).Errors);
    }

    [DovecotFact]
    public async Task An_account_that_is_no_longer_chosen_is_left_as_it_is()
    {
        using var fixture = new ImapFixture();
        fixture.Append(Alice, 1, 1, 0);
        fixture.Append(Bob, 2, 1, 0);
        await fixture.CompleteAsync(new ScanRequest());
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source(Alice) });
        fixture.Append(Bob, 3, 1, 0);
        var report = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (report.Added, report.Updated, report.Deleted));
        Assert.Equal(2, fixture.Items().Count);
        Assert.DoesNotContain(fixture.Node.GetAccounts(), a => a.Deleted);
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source() });
        Assert.Equal(1, (await fixture.CompleteAsync(new ScanRequest())).Added);
    }
}
