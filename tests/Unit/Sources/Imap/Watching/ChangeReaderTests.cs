using System.Text;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Watching;

namespace MailBackup.Tests.Sources.Imap.Watching;

public sealed class ChangeReaderTests
{
    /// <summary>As Dovecot 2.3.19 told it by NOTIFY, while mails came, were marked and moved, and folders were made, renamed and removed.</summary>
    private const string Notify =
        "* STATUS INBOX (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 1795289367 UNSEEN 2 HIGHESTMODSEQ 3)\r\n"
        + "* STATUS Work (HIGHESTMODSEQ 4)\r\n"
        + "* LIST () \"/\" New\r\n"
        + "* STATUS {7}\r\nB&-c\"ks (MESSAGES 2)\r\n"
        + "* LIST () \"/\" Newer (\"OLDNAME\" (New))\r\n"
        + "* LIST (\\Subscribed) \"/\" Newer\r\n"
        + "* LIST (\\NonExistent) \"/\" A/B/C\r\n"
        + "* OK Still here\r\n"
        + "* OK [NOTIFICATIONOVERFLOW] Too much for me\r\n"
        + "* NO [ALERT] The disk is full\r\n"
        + "* NO NOTIFY error, some events may have got lost\r\n"
        + "* STATUS broken\r\n"
        + "m3 OK NOOP completed (0.001 + 0.000 secs).\r\n";

    /// <summary>As Dovecot and Cyrus (QRESYNC enabled by somebody) told it within IDLE.</summary>
    private const string Idle =
        "* 2 EXISTS\r\n* 1 RECENT\r\n* 1 FETCH (FLAGS (\\Flagged \\Recent))\r\n* 1 EXPUNGE\r\n* VANISHED 405,407:410\r\n"
        + "* FLAGS (\\Answered \\Flagged foo)\r\n* OK [PERMANENTFLAGS ()] Read-only mailbox.\r\n* CAPABILITY IMAP4rev1\r\nm2 OK Idle completed.\r\n";

    [Fact]
    public void What_NOTIFY_says_is_understood_wherever_its_bytes_are_split()
    {
        string[] expected =
        [
            "Folder INBOX", "Folder Work", "Account ", "Folder B&-c\"ks", "Account ", "Account ", "Account ", "None ", "Lost ", "None ", "Lost ", "Account ", "None ",
        ];
        EverySplit(Notify, expected, () => new ChangeReader(null, utf8: false));
    }

    [Fact]
    public void What_IDLE_says_is_understood_wherever_its_bytes_are_split()
    {
        string[] expected = ["Folder Sent", "None ", "Folder Sent", "Account ", "Account ", "None ", "None ", "None ", "None "];
        EverySplit(Idle, expected, () => new ChangeReader("Sent", utf8: false));
    }

    [Fact]
    public void Names_in_UTF_8_become_the_keys_that_a_listing_gives()
    {
        var reader = new ChangeReader(null, utf8: true);
        Assert.Equal(WatchedChange.Folder, reader.Take("* STATUS \"Bücher/2026\" (MESSAGES 1)"u8, out string? folder));
        Assert.Equal("B&APw-cher/2026", folder);
    }

    [Fact]
    public void Beside_the_answers_to_a_listing_only_the_open_folder_and_an_overflow_count()
    {
        var reader = new ChangeReader("INBOX", utf8: false);
        Assert.Equal(WatchedChange.None, reader.TakeBesideAnswers("* STATUS INBOX (MESSAGES 1)"u8, out _));
        Assert.Equal(WatchedChange.None, reader.TakeBesideAnswers("* LIST () \"/\" A"u8, out _));
        Assert.Equal(WatchedChange.None, reader.TakeBesideAnswers("* NO Mailbox is broken"u8, out _));
        Assert.Equal(WatchedChange.Lost, reader.TakeBesideAnswers("* OK [NOTIFICATIONOVERFLOW] sorry"u8, out _));
        Assert.Equal(WatchedChange.Folder, reader.TakeBesideAnswers("* 3 EXISTS"u8, out string? folder));
        Assert.Equal("INBOX", folder);
        Assert.Equal(WatchedChange.Account, reader.TakeBesideAnswers("* 3 EXPUNGE"u8, out _));
    }

    [Fact]
    public void Without_an_open_folder_a_number_of_messages_is_a_change_of_the_account() =>
        Assert.Equal(WatchedChange.Account, new ChangeReader(null, utf8: false).Take("* 3 EXISTS"u8, out _));

    private static void EverySplit(string session, string[] expected, Func<ChangeReader> reader)
    {
        var bytes = Encoding.Latin1.GetBytes(session);
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.Equal(expected, Read([bytes[..i], bytes[i..]], reader()));
        }

        Assert.Equal(expected, Read(bytes.Select(b => new[] { b }), reader()));
    }

    private static List<string> Read(IEnumerable<byte[]> pieces, ChangeReader reader)
    {
        var framer = new ResponseFramer();
        var heard = new List<string>();
        foreach (byte[] piece in pieces)
        {
            for (int at = 0; ;)
            {
                var e = framer.Next(piece.AsSpan(at), out int consumed);
                at += consumed;
                if (e == FrameEvent.NeedInput)
                {
                    break;
                }

                if (e == FrameEvent.Response)
                {
                    heard.Add($"{reader.Take(framer.Text, out string? folder)} {folder}");
                }
            }
        }

        return heard;
    }
}
