using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources.Imap;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Folders of the next accounts are listed ahead. Users do not wait until it is their turn.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapMovedMeanwhileTests
{
    [DovecotFact]
    public async Task A_mail_that_is_moved_while_the_account_before_is_gone_through_is_moved()
    {
        using var fixture = new ImapFixture();
        using var bob = fixture.Server.Login(Bob);
        bob.Send("CREATE Work");
        bob.Append("INBOX", "", Moment(1), Mail(1));
        bob.Append("INBOX", "", Moment(2), Mail(2));
        fixture.Append(Alice, 3, 1, 0);
        await fixture.CompleteAsync(new ScanRequest());
        var before = fixture.Items().Single(i => i.Account == Bob && i.Subject == "Mail 0001");
        bob.Append("INBOX", "", Moment(4), Mail(4));

        // Bob's folders have been listed by then.
        await using var source = new GatedSource(new ImapSource(fixture.Source()));
        source.BeforeListing = async account =>
        {
            if (account == Bob)
            {
                await Task.Delay(3000);
                bob.Send("SELECT INBOX");
                bob.Send("MOVE 1 Work");
            }
        };
        var layout = new BackupLayout(fixture["backup"]);
        var scan = await fixture.Node.Operations.RunAsync(
            fixture.Node.Submit(new ScanRequest()).Id,
            (_, sink, stop) => new SmartScan(layout, source, new ScanRequest(), new ScanOptions(false, false, 0, 50, 100), sink, fixture.Node.Share).RunAsync(stop),
            null, default);
        Assert.True(scan.State == OperationState.Completed, $"{scan.Error} {scan.Report?.Troubles.FirstOrDefault()}");
        Assert.Equal((1L, 1L, 0L), (scan.Report!.Added, scan.Report.Updated, scan.Report.Deleted));
        Assert.Equal((before.Id, "Work"), fixture.Items().Where(i => i.Account == Bob && i.Subject == "Mail 0001").Select(i => (i.Id, i.Folder)).Single());
    }
}
