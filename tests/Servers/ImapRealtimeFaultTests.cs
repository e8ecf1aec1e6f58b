using System.Text;
using MailBackup.Operations;
using MailBackup.Tests.Realtime;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>What a real Dovecot refuses realtime for a moment, or for one account, it does not lack from then on, and nobody else does.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapRealtimeFaultTests
{
    [DovecotFact]
    public async Task A_connection_for_contents_that_was_refused_once_is_tried_again()
    {
        FaultProxy? proxy = null;
        using var fixture = new ImapFixture(Alice, s =>
        {
            proxy = new FaultProxy(new Uri(s.Imap!).Port);
            return s with { Imap = $"imap://127.0.0.1:{proxy.Port}" };
        });
        using (proxy)
        {
            using var alice = fixture.Server.Login(Alice);
            alice.Append("INBOX", "", Moment(1), Mail(1));
            await fixture.CompleteAsync(new ScanRequest());
            await using var run = await RealtimeRun.StartAsync(fixture.Node);
            alice.Append("INBOX", "", Moment(2), Mail(2));
            await run.UntilAsync(() => fixture.Items().Count == 2);

            // From here on the connection that lists is there, and the one for contents has gone again for want of work.
            await Task.Delay(2000);
            int refused = 0;
            proxy!.OnClient = piece =>
            {
                int at = piece.Span.IndexOf("AUTHENTICATE PLAIN "u8);
                if (at >= 0)
                {
                    Interlocked.Increment(ref refused);
                    "AUTHENTICATE PLAIN AAAA"u8.CopyTo(piece.Span[at..]);
                }
            };
            alice.Append("INBOX", "", Moment(3), Mail(3));
            await run.UntilAsync(() => Volatile.Read(ref refused) > 0);
            await Task.Delay(3000);
            proxy.OnClient = _ => { };
            alice.Append("INBOX", "", Moment(4), Mail(4));
            await run.UntilAsync(() => fixture.Items().Count == 4, TimeSpan.FromMinutes(1));
        }
    }

    [DovecotFact]
    public async Task One_account_that_is_refused_NOTIFY_is_followed_by_IDLE_for_a_while_and_all_others_wholly()
    {
        FaultProxy? proxy = null;
        int answered = 0;
        using var fixture = new ImapFixture(adjust: s =>
        {
            proxy = new FaultProxy(new Uri(s.Imap!).Port);
            return s with { Imap = $"imap://127.0.0.1:{proxy.Port}", ImapWatchInterval = 5 };
        });
        using (proxy)
        {
            proxy!.OnServer = (piece, _, _) =>
            {
                int at = piece.Span.IndexOf("OK NOTIFY completed"u8);
                if (at >= 0 && Interlocked.Increment(ref answered) == 1)
                {
                    "NO NOTIFY completed"u8.CopyTo(piece.Span[at..]);
                }

                return true;
            };
            await fixture.CompleteAsync(new ScanRequest());
            await using var run = await RealtimeRun.StartAsync(fixture.Node);
            await run.UntilAsync(() => run.Scanner.Info is { Watches: 2, Rounds.Count: 1 });
            Assert.Contains("refuses NOTIFY", run.Scanner.Info.Protection, StringComparison.Ordinal);
            fixture.Server.Deliver(Alice, Mail(1));
            fixture.Server.Deliver(Bob, Mail(2));
            await run.UntilAsync(() => fixture.Items().Count == 2);
            await run.UntilAsync(() => run.Scanner.Info is { Watches: 2, Rounds.Count: 0, Unwatched.Count: 0 });
            Assert.Null(run.Scanner.Info.Protection);
            Assert.Equal(3, Volatile.Read(ref answered));
        }
    }
}
