using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>
/// A server that has no id of its own for a message (a real Dovecot that is asked for one by a name that it does not know): what is under other UIDs is known by its
/// header.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapHeadersTests : IDisposable
{
    private readonly ImapFixture _fixture = new(Alice);
    private readonly FaultProxy _proxy;
    private long _sent;

    public ImapHeadersTests()
    {
        _proxy = new FaultProxy(_fixture.Server.Port)
        {
            OnClient = piece =>
            {
                for (int at; (at = piece.Span.IndexOf("X-GUID"u8)) >= 0;)
                {
                    piece.Span[at + 2] = (byte)'B';
                }
            },
            OnServer = (piece, _, _) =>
            {
                Interlocked.Add(ref _sent, piece.Length);
                return true;
            },
        };
        _fixture.Node.UpdateConfiguration(c => c with { Source = c.Source with { Imap = $"imap://127.0.0.1:{_proxy.Port}" } });
    }

    public void Dispose()
    {
        _proxy.Dispose();
        _fixture.Dispose();
    }

    [DovecotFact]
    public async Task A_folder_made_anew_and_moved_mails_are_not_downloaded_again()
    {
        using var alice = _fixture.Server.Login(Alice);
        alice.Send("CREATE Work");
        for (int n = 1; n <= 300; n++)
        {
            // Of one day, many; small ones are stored in one piece.
            alice.Append("Work", n % 3 == 0 ? "\\Seen" : "", Moment(n / 50), Mail(n, n % 2 == 0 ? 0 : 20_000));
        }

        await _fixture.CompleteAsync(new ScanRequest());
        var before = Items();
        alice.Send("CREATE Anew");
        alice.Send("SELECT Work");
        alice.Send("COPY 11:300 Anew");
        alice.Send("MOVE 1:10 INBOX");
        alice.Send("SELECT INBOX");
        alice.Send("DELETE Work");
        alice.Send("RENAME Anew Work");
        long sent = Interlocked.Read(ref _sent);
        var report = await _fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (report.Added, report.Deleted, report.BytesRead));
        Assert.InRange(Interlocked.Read(ref _sent) - sent, 1, 300 * 600);
        Assert.Equal(before, Items());
        Assert.Equal(10, _fixture.Items().Count(i => i.Folder == "INBOX"));
        await _fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });
        await _fixture.UnchangedAsync();
    }

    /// <summary>Another date, another size, one byte of the header: each of these is read, and what is another mail is one.</summary>
    [DovecotFact]
    public async Task What_differs_in_anything_is_read()
    {
        using var alice = _fixture.Server.Login(Alice);
        byte[] first = Mail(1, 5000);
        alice.Append("INBOX", "", Moment(1), first);
        alice.Append("INBOX", "", Moment(2), Mail(2, 5000));
        alice.Append("INBOX", "", Moment(3), Mail(3, 5000));
        await _fixture.CompleteAsync(new ScanRequest());
        var ids = _fixture.Items().Select(i => i.Id).ToList();
        alice.Send("SELECT INBOX");
        alice.Send("STORE 1:3 +FLAGS (\\Deleted)");
        alice.Send("EXPUNGE");
        alice.Append("INBOX", "", Moment(9), first);
        alice.Append("INBOX", "", Moment(2), [.. Mail(2, 5000), .. "more\r\n"u8]);
        alice.Append("INBOX", "", Moment(3), Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Mail(3, 5000)).Replace("Subject: Mail", "Subject: mail", StringComparison.Ordinal)));
        var report = await _fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((2L, 1L, 2L), (report.Added, report.Updated, report.Deleted));
        Assert.True(report.BytesRead > 15_000, $"{report.BytesRead}");

        // The content of the first is the same, so it is the same item.
        Assert.Contains(_fixture.Items(), i => i.Id == ids[0] && i.Date == Moment(9));
        await _fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });
    }

    private List<(ItemId Id, string Subject, MessageFlags Flags)> Items() => [.. _fixture.Items().Select(i => (i.Id, i.Subject, i.Flags))];
}
