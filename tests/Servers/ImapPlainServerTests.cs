using System.Text;
using System.Text.RegularExpressions;
using MailBackup.Operations;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>
/// Restores into a server with neither MULTIAPPEND nor UIDPLUS: a real Dovecot that does not name them, behind a proxy that takes the UIDs out of its answers. What
/// is not offered is not used, and nothing is put twice though the server does not say where it has put what.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed partial class ImapPlainServerTests : IDisposable
{
    private const string Capabilities = "imap_capability = IMAP4rev1 SASL-IR ENABLE NAMESPACE LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL+ UNSELECT";

    private readonly ImapFixture _fixture = new(settings: Capabilities);
    private readonly FaultProxy _proxy;
    private readonly StringBuilder _sent = new();

    public ImapPlainServerTests()
    {
        _proxy = new FaultProxy(_fixture.Server.Port) { OnServer = (piece, _, _) => Hide(piece), OnClient = Note };
        _fixture.Node.UpdateConfiguration(c => c with { Source = c.Source with { Imap = $"imap://127.0.0.1:{_proxy.Port}" } });
    }

    private string Sent
    {
        get
        {
            lock (_sent)
            {
                return _sent.ToString();
            }
        }
    }

    public void Dispose()
    {
        _proxy.Dispose();
        _fixture.Dispose();
    }

    [DovecotFact]
    public async Task A_restore_puts_each_mail_once_and_a_second_one_adds_nothing()
    {
        Fill(60);
        await _fixture.CompleteAsync(new ScanRequest());
        var restored = await _fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob });
        Assert.Equal((120L, 0L), (restored.Restored, restored.Unrestored));
        Assert.Equal(Mails(Alice), Mails(Bob));
        Assert.Equal(120, AppendCommand().Count(Sent));
        var again = await _fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob });
        Assert.Equal((0L, 0L), (again.Restored, again.Unrestored));
        Assert.Equal(Mails(Alice), Mails(Bob));
    }

    [DovecotFact]
    public async Task Lost_mails_come_back_under_their_ids()
    {
        Fill(10);
        await _fixture.CompleteAsync(new ScanRequest());
        var before = _fixture.Items().Select(i => (i.Id, i.Subject, i.Flags, i.Date)).ToList();
        using (var alice = _fixture.Server.Login(Alice))
        {
            alice.Send("SELECT INBOX");
            alice.Send("STORE 1:* +FLAGS (\\Deleted)");
            alice.Send("EXPUNGE");
        }

        var restored = await _fixture.CompleteAsync(new RestoreRequest { Account = Alice });
        Assert.Equal((20L, 0L), (restored.Restored, restored.Unrestored));
        var scan = await _fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L), (scan.Added, scan.Deleted));
        Assert.Equal(before, _fixture.Items().Select(i => (i.Id, i.Subject, i.Flags, i.Date)));
    }

    [DovecotFact]
    public async Task A_mail_whose_line_ends_the_server_changes_is_there_once_however_often_it_is_restored()
    {
        Fill(1);
        LayDown("From: ann@example.com\r\nSubject: Odd\r\n\r\none\r\r\ntwo\r\r\nthree\r\n"u8);
        await _fixture.CompleteAsync(new ScanRequest());
        var restored = await _fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob });
        Assert.Equal((3L, 0L), (restored.Restored, restored.Unrestored));
        Assert.Equal(Mails(Alice), Mails(Bob));
        Assert.Equal(0, (await _fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob })).Restored);
        Assert.Equal(3, Mails(Bob).Count);
        Assert.DoesNotContain("UID EXPUNGE", Sent, StringComparison.Ordinal);
    }

    [DovecotFact]
    public async Task What_somebody_else_has_marked_as_deleted_is_not_expunged_with_it()
    {
        LayDown("From: ann@example.com\r\nSubject: Odd\r\n\r\none\r\r\ntwo\r\r\nthree\r\n"u8);
        await _fixture.CompleteAsync(new ScanRequest());
        using (var bob = _fixture.Server.Login(Bob))
        {
            bob.Append("INBOX", "\\Deleted", Moment(7), Mail(7));
        }

        var restored = await _fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob });
        Assert.Equal(1, restored.Restored);
        Assert.Contains(restored.Warnings, w => w.Contains("marked as deleted", StringComparison.Ordinal));
        Assert.Equal(2, Mails(Bob).Count(m => m.Contains("\\Deleted", StringComparison.Ordinal)));
        Assert.Equal(Mails(Alice), Mails(Bob).Where(m => !m.Contains("\\Deleted", StringComparison.Ordinal)));
        Assert.Equal(0, (await _fixture.CompleteAsync(new RestoreRequest { Account = Alice, To = Bob })).Restored);
        Assert.Equal(3, Mails(Bob).Count);
    }

    [DovecotFact]
    public async Task A_mail_that_the_server_refuses_is_unrestored_and_costs_no_other()
    {
        Fill(5);
        LayDown(Mail(99, 9_000_000));
        await _fixture.CompleteAsync(new ScanRequest());
        var operation = await _fixture.RunAsync(new RestoreRequest { Account = Alice, To = Bob });
        Assert.Equal((OperationState.CompletedWithErrors, 10L, 1L), (operation.State, operation.Report!.Restored, operation.Report.Unrestored));
        Assert.Contains("larger than the maximum size", Assert.Single(operation.Report.Troubles).Reason, StringComparison.Ordinal);
        Assert.Equal(10, Mails(Bob).Count);
    }

    /// <summary>Each mail twice: two equal ones stay two.</summary>
    private void Fill(int mails)
    {
        using var session = _fixture.Server.Login(Alice);
        for (int n = 0; n < 2 * mails; n++)
        {
            session.Append("INBOX", n % 4 < 2 ? "\\Seen" : "Wichtig", Moment(n / 2), Mail(n / 2, 300));
        }
    }

    /// <summary>Puts a file into Alice's inbox, past the server.</summary>
    private void LayDown(ReadOnlySpan<byte> mail)
    {
        using var alice = _fixture.Server.Login(Alice);
        alice.Send("SELECT INBOX");
        File.WriteAllBytes(Path.Combine(_fixture.MailTree, "example.com", "alice", "Maildir", "cur", "1700000000.M1P1.vm:2,S"), mail);
        _fixture.Server.TakeOwnership();
        alice.Send("NOOP");
    }

    private List<string> Mails(string user)
    {
        using var session = _fixture.Server.Login(user);
        return [.. session.Mails("INBOX").Order(StringComparer.Ordinal)];
    }

    /// <summary>Dovecot tells UIDs though it says nothing of UIDPLUS.</summary>
    private static bool Hide(Memory<byte> piece)
    {
        for (int at; (at = piece.Span.IndexOf("[APPENDUID"u8)) >= 0;)
        {
            piece.Span[at + 1] = (byte)'X';
        }

        return true;
    }

    private void Note(Memory<byte> piece)
    {
        lock (_sent)
        {
            _sent.Append(Encoding.Latin1.GetString(piece.Span));
        }
    }

    [GeneratedRegex(@"(?<=^|\n)\w+ APPEND ")]
    private static partial Regex AppendCommand();
}
