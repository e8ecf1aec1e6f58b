using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>What goes wrong between us and a real Dovecot: it dies, lies, refuses, or the line breaks. It costs errors and time, and never an item.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapFaultTests
{
    [DovecotFact]
    public async Task A_wrong_password_is_tried_a_few_times_only_and_deletes_nothing()
    {
        string many = string.Join(',', Enumerable.Range(1, 40).Select(n => $"u{n}@example.com").Append(Alice));
        using var fixture = new ImapFixture(many);
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Append("INBOX", "", Moment(1), Mail(1));
        }

        await fixture.CompleteAsync(new ScanRequest());
        File.WriteAllText(fixture.PasswordFile, "wrong\n");
        var refused = await fixture.RunAsync(new ScanRequest());
        Assert.Equal(41, refused.Report!.Errors);
        Assert.Equal(0, refused.Report.Deleted);
        Assert.Single(fixture.Items());
        // The server writes its log a moment later.
        int Tries() => fixture.Server.Log().Split('\n').Count(l => l.Contains("auth failed", StringComparison.Ordinal));
        for (int wait = 0; wait < 100 && Tries() == 0; wait++)
        {
            await Task.Delay(100);
        }

        Assert.InRange(Tries(), 1, 8);
    }

    [DovecotFact]
    public async Task A_server_that_dies_in_the_middle_costs_errors_and_no_item()
    {
        using var fixture = new ImapFixture();
        fixture.Append(Alice, 1, 20, 0);
        fixture.Append(Bob, 101, 20, 0);
        await fixture.CompleteAsync(new ScanRequest());
        fixture.Append(Alice, 21, 40, 500_000);
        var before = fixture.Items().Select(i => (i.Account, i.Id)).ToList();
        using var proxy = new FaultProxy(fixture.Server.Port);
        int killed = 0;
        proxy.OnServer = (_, _, total) =>
        {
            if (total > 4_000_000 && Interlocked.Exchange(ref killed, 1) == 0)
            {
                fixture.Server.Kill();
            }

            return killed == 0;
        };
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source() with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });
        var end = await fixture.RunAsync(new ScanRequest());
        Assert.Equal((1, OperationState.CompletedWithErrors), (killed, end.State));
        Assert.Equal(0, end.Report!.Deleted);
        Assert.InRange(end.Report.Errors, 1, 60);
        Assert.Empty(before.Except(fixture.Items().Select(i => (i.Account, i.Id))));

        fixture.Server.Start();
        fixture.Follow();
        var again = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L), (again.Errors, again.Deleted));
        Assert.Equal(80, fixture.Items().Count);
        Assert.Equal(0, (await fixture.CompleteAsync(new CheckRequest())).Errors);
    }

    [DovecotFact]
    public async Task Connections_that_break_again_and_again_in_the_middle_of_mails_cost_time_only()
    {
        using var fixture = new ImapFixture(Alice);
        fixture.Append(Alice, 1, 60, 60_000);
        using var proxy = new FaultProxy(fixture.Server.Port);
        proxy.OnServer = (_, own, _) => own < 700_000;
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source(Alice) with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });
        var report = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L), (report.Errors, report.Deleted));
        Assert.True(proxy.Connections > 6, $"{proxy.Connections} connections");
        var items = fixture.Items();
        Assert.Equal(60, items.Count);
        foreach (var item in items)
        {
            using var content = fixture.Node.OpenContent(Alice, item.Id);
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            int n = int.Parse(item.Subject.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(Mail(n, 60_000), copy.ToArray());
        }
    }

    [DovecotFact]
    public async Task A_listing_that_is_cut_or_spoiled_deletes_nothing()
    {
        using var fixture = new ImapFixture(Alice);
        fixture.Append(Alice, 1, 40, 0);
        await fixture.CompleteAsync(new ScanRequest());
        fixture.Append(Alice, 41, 1, 0);
        using var proxy = new FaultProxy(fixture.Server.Port);
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source(Alice) with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });

        // A line of the listing that never comes, though the server says that all is well.
        proxy.OnServer = (piece, _, _) => Spoil(piece, "* 41 FETCH (UID 41", "* 41 FETCX (UID 41");
        var report = (await fixture.RunAsync(new ScanRequest())).Report!;
        Assert.Equal((1L, 0L), (report.Errors, report.Deleted));
        Assert.Contains("listed only 40", Assert.Single(report.Troubles).Reason, StringComparison.Ordinal);

        // Nonsense instead of an answer.
        proxy.OnServer = (piece, _, _) => Spoil(piece, "* 41 FETCH (UID 41", "* 41 FETCH )UID 41");
        report = (await fixture.RunAsync(new ScanRequest())).Report!;
        Assert.Equal((1L, 0L), (report.Errors, report.Deleted));
        Assert.Equal(40, fixture.Items().Count);
    }

    private static bool Spoil(Memory<byte> piece, string what, string by)
    {
        int at = piece.Span.IndexOf(System.Text.Encoding.ASCII.GetBytes(what));
        if (at >= 0)
        {
            System.Text.Encoding.ASCII.GetBytes(by).CopyTo(piece.Span[at..]);
        }

        return true;
    }

    [DovecotFact]
    public async Task A_folder_that_cannot_be_opened_costs_itself_and_nothing_is_deleted_for_it()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Broken");
        alice.Append("Broken", "", Moment(1), Mail(1));
        alice.Append("INBOX", "", Moment(2), Mail(2));
        alice.Append("INBOX", "", Moment(3), Mail(3));
        await fixture.CompleteAsync(new ScanRequest());
        alice.Send("SELECT INBOX");
        alice.Send("UID STORE 1 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        alice.Append("INBOX", "", Moment(4), Mail(4));
        alice.Append("Broken", "", Moment(5), Mail(5));
        using var proxy = new FaultProxy(fixture.Server.Port);
        proxy.OnClient = piece =>
        {
            int at = piece.Span.IndexOf("EXAMINE \"Broken\""u8);
            if (at >= 0)
            {
                "EXAMINE \"Braken\""u8.CopyTo(piece.Span[at..]);
            }
        };
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source(Alice) with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });
        var report = (await fixture.RunAsync(new ScanRequest())).Report!;
        var trouble = Assert.Single(report.Troubles);
        Assert.Equal((ErrorIds.SourceUnreadable, Alice, "Broken"), (trouble.ErrorId, trouble.Account, trouble.Path));
        Assert.Equal((1L, 0L), (report.Added, report.Deleted));
        Assert.Equal(4, fixture.Items().Count);

        proxy.OnClient = _ => { };
        var healed = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((1L, 1L), (healed.Added, healed.Deleted));
        await fixture.UnchangedAsync();
    }

    [DovecotFact]
    public async Task Two_hundred_accounts_are_scanned_while_their_server_is_killed_and_begins_anew()
    {
        string[] accounts = [.. Enumerable.Range(0, 200).Select(n => $"u{n:000}@example.com")];
        using var fixture = new ImapFixture(string.Join(',', accounts));
        for (int a = 0; a < accounts.Length; a++)
        {
            string cur = Path.Combine(fixture.MailTree, "example.com", $"u{a:000}", "Maildir", "cur");
            Directory.CreateDirectory(cur);
            Directory.CreateDirectory(Path.Combine(cur, "..", "new"));
            Directory.CreateDirectory(Path.Combine(cur, "..", "tmp"));
            for (int n = 1; n <= 3; n++)
            {
                File.WriteAllBytes(Path.Combine(cur, $"{1760000000 + n}.M{a}P{n}.mx:2,S"), Mail((a * 3) + n, 2000));
            }
        }

        fixture.Server.TakeOwnership();
        using var proxy = new FaultProxy(fixture.Server.Port);
        int killed = 0;
        proxy.OnServer = (_, _, total) =>
        {
            if (total > 600_000 && Interlocked.Exchange(ref killed, 1) == 0)
            {
                fixture.Server.Kill();
            }

            return killed == 0;
        };
        fixture.Node.UpdateConfiguration(c => c with
        {
            Source = fixture.Source(string.Join(',', accounts)) with { Imap = $"imap://127.0.0.1:{proxy.Port}" },
        });
        var cut = (await fixture.RunAsync(new ScanRequest())).Report!;
        Assert.Equal((1, 0L), (killed, cut.Deleted));
        Assert.InRange(cut.Errors, 1, 600);

        fixture.Server.Start();
        fixture.Follow();
        Assert.Equal(0, (await fixture.CompleteAsync(new ScanRequest())).Errors);
        Assert.Equal(600, fixture.Items().Count);
        await fixture.UnchangedAsync();
    }
}
