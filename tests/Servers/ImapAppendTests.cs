using MailBackup.Operations;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Many messages at a time into a real Dovecot: what it refuses, what gets lost on the way, what is there already.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapAppendTests
{
    [DovecotFact]
    public async Task All_the_real_mails_go_through_the_whole_job()
    {
        using var fixture = new ImapFixture(Alice);
        int taken = await new ImapWholeJob(fixture.Node, Alice, fixture.Server.Port, DovecotServer.Password).RunAsync(RealMails(6046));
        Assert.True(taken > 6000, $"{taken} mails");
    }

    [DovecotFact]
    public async Task Over_the_quota_exactly_the_refused_are_unrestored_and_come_later()
    {
        using var fixture = new ImapFixture();
        Append(fixture, 1, 30, 2000);
        await fixture.CompleteAsync(new ScanRequest());
        Restart(fixture, "30K");
        var report = (await fixture.RunAsync(new RestoreRequest { Account = Alice, To = Bob })).Report!;
        Assert.InRange(report.Restored, 5, 20);
        Assert.Equal(30, report.Restored + report.Unrestored);
        Assert.All(report.Troubles, t => Assert.Contains("[OVERQUOTA]", t.Reason, StringComparison.Ordinal));
        Assert.Equal(report.Restored, Mails(fixture, Bob).Count);

        Restart(fixture, "1G");
        var rest = await fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob });
        Assert.Equal(30 - report.Restored, rest.Restored);
        Assert.Equal(Mails(fixture, Alice), Mails(fixture, Bob));
    }

    [DovecotFact]
    public async Task One_bad_mail_among_many_costs_itself_alone()
    {
        using var fixture = new ImapFixture();
        Append(fixture, 1, 20, 100);
        string big = Path.Combine(fixture.MailTree, "example.com", "alice", "Maildir", "cur", "1700000000.M1P1.vm:2,S");
        File.WriteAllBytes(big, Mail(99, 9_000_000));
        fixture.Server.TakeOwnership();
        await fixture.CompleteAsync(new ScanRequest());
        var report = (await fixture.RunAsync(new RestoreRequest { Account = Alice, To = Bob })).Report!;
        Assert.Equal((20L, 1L), (report.Restored, report.Unrestored));
        Assert.Contains("larger than the maximum size", Assert.Single(report.Troubles).Reason, StringComparison.Ordinal);
        Assert.Equal(20, Mails(fixture, Bob).Count);
    }

    [DovecotFact]
    public async Task Connections_lost_in_the_middle_neither_lose_nor_double_a_mail_and_two_equal_ones_stay_two()
    {
        using var fixture = new ImapFixture();
        Append(fixture, 1, 60, 300);
        Append(fixture, 1, 60, 300);
        await fixture.CompleteAsync(new ScanRequest());
        using var proxy = new FaultProxy(fixture.Server.Port);
        proxy.OnServer = (_, own, _) => own < 4000 || proxy.Connections > 5;
        fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source() with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });
        var report = (await fixture.RunAsync(new RestoreRequest { Account = Alice, To = Bob })).Report!;
        Assert.True(proxy.Connections > 2, $"{proxy.Connections} connections");
        fixture.Follow();
        if (report.Unrestored > 0)
        {
            await fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob });
        }

        Assert.Equal(Mails(fixture, Alice), Mails(fixture, Bob));
    }

    private static void Append(ImapFixture fixture, int first, int count, int size)
    {
        using var session = fixture.Server.Login(Alice);
        for (int n = first; n < first + count; n++)
        {
            session.Append("INBOX", n % 2 == 0 ? "\\Seen" : "Wichtig", Moment(n), Mail(n, size));
        }
    }

    private static List<string> Mails(ImapFixture fixture, string user)
    {
        using var session = fixture.Server.Login(user);
        return [.. session.Mails("INBOX").Order(StringComparer.Ordinal)];
    }

    private static void Restart(ImapFixture fixture, string quota)
    {
        fixture.Server.Stop();
        fixture.Server.Quota = quota;
        fixture.Server.Start();
        fixture.Follow();
    }
}
