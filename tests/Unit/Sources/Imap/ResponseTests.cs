using System.Text;
using MailBackup.Model;
using MailBackup.Sources.Imap;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Restoring;

namespace MailBackup.Tests.Sources.Imap;

public sealed class ResponseTests
{
    [Fact]
    public void A_fetch_response_gives_what_it_says_and_passes_over_what_nobody_asked_for()
    {
        var data = Fetch(
            "* 12 FETCH (MODSEQ (624140003) ENVELOPE (NIL \"a \\\"b\\\\\" ((NIL NIL {3}\r\nann \"x.org\")) NIL) UID 4294967295 "
            + "FLAGS (\\Seen $Forwarded \\Recent Blau) INTERNALDATE \" 1-Nov-2026 00:17:23 +0130\" RFC822.SIZE 44827 EMAILID (M6d99ac3275bb4e) BODY[] {*12})");
        Assert.Equal((12u, 4294967295u, 44827L, 12L, "M6d99ac3275bb4e"), (data.Sequence, data.Uid!.Value, data.Size!.Value, data.Streamed, data.Guid));
        Assert.Equal(new DateTimeOffset(2026, 10, 31, 22, 47, 23, TimeSpan.Zero), data.InternalDate);
        var (flags, tags) = ImapFlags.Split(data.Flags!);
        Assert.Equal(MessageFlags.Seen | MessageFlags.Forwarded, flags);
        Assert.Equal(["Blau"], tags);
    }

    [Theory]
    [InlineData("* 1 FETCH (UID 4294967296)")]
    [InlineData("* 1 FETCH (UID -1)")]
    [InlineData("* 1 FETCH (UID 1")]
    [InlineData("* 1 FETCH UID 1")]
    [InlineData("* 1 FETCH (FLAGS (\\Seen)")]
    [InlineData("* 1 FETCH (X \"open)")]
    [InlineData("* 99999999999 FETCH (UID 1)")]
    public void What_no_server_may_say_is_refused(string response) => Assert.Throws<ImapProtocolException>(() => Fetch(response));

    [Fact]
    public void Lists_nested_too_deeply_are_refused()
    {
        Fetch($"* 1 FETCH (X {new string('(', 60)}{new string(')', 60)} UID 1)");
        Assert.Throws<ImapProtocolException>(() => Fetch($"* 1 FETCH (X {new string('(', 50_000)}{new string(')', 50_000)} UID 1)"));
    }

    [Theory]
    [InlineData("01-Jan-2026 00:00:00 +0000", "2026-01-01T00:00:00Z")]
    [InlineData(" 1-Jan-2026 00:00:00 -0500", "2026-01-01T05:00:00Z")]
    [InlineData("1-jan-2026 00:00:60 +0000", "2026-01-01T00:00:59Z")]
    [InlineData("31-Feb-2026 00:00:00 +0000", null)]
    [InlineData("01-Jan-0000 00:00:00 +0000", null)]
    [InlineData("01-Jan-0001 00:00:00 +1400", null)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void Dates_are_read(string text, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), ImapDate.Parse(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Dates_are_written_as_they_are_read()
    {
        var date = new DateTimeOffset(2026, 11, 1, 7, 5, 9, TimeSpan.FromHours(2));
        Assert.Equal("\" 1-Nov-2026 05:05:09 +0000\"", ImapDate.Format(date));
        Assert.Equal(date, ImapDate.Parse(Encoding.ASCII.GetBytes(ImapDate.Format(date).Trim('"'))));
    }

    [Fact]
    public void Status_codes_and_their_words_are_taken_apart_and_cleaned()
    {
        var status = StatusLine.Parse(StatusKind.No, "[OVERQUOTA] Quota exceeded \u001b[31m(mailbox for user is full)."u8);
        Assert.Equal(("OVERQUOTA", "", "Quota exceeded  [31m(mailbox for user is full)"), (status.Code, status.Arguments, status.Text));
        status = StatusLine.Parse(StatusKind.Ok, "[APPENDUID 38505 3955] done"u8);
        Assert.Equal(("APPENDUID", "38505 3955", "done"), (status.Code, status.Arguments, status.Text));
    }

    [Fact]
    public void Folders_status_and_namespaces_are_read()
    {
        var list = ListData.Parse("(\\HasNoChildren \\Sent) \".\" \"INBOX.Sent \\\"x\\\"\""u8);
        Assert.Equal(("INBOX.Sent \"x\"", '.', true), (list.Name, list.Separator, list.CanBeOpened));
        Assert.False(ListData.Parse("(\\noselect) NIL foo"u8).CanBeOpened);
        var status = StatusData.Parse("\"a b\" (MESSAGES 3 UIDNEXT 9 MAILBOXID (F2212ea87) UIDVALIDITY 7 HIGHESTMODSEQ 715194045007 X (1 (2)))"u8);
        Assert.Equal(("a b", 3L, 9L, 7L, 715194045007L, "F2212ea87"), (status.Name, status.Messages, status.UidNext, status.UidValidity, status.HighestModSeq, status.Id));
        Assert.Throws<ImapProtocolException>(() => StatusData.Parse("x (UIDVALIDITY 1795281896 MAILBOXID (\u00f1)4\u00e8U) HIGHESTMODSEQ 24)"u8));
        var spaces = NamespaceData.Parse("((\"INBOX.\" \".\")) ((\"user.\" \".\" \"X-PARAM\" (\"a\" \"b\"))) NIL"u8);
        Assert.True(spaces.IsOwn("INBOX"));
        Assert.True(spaces.IsOwn("INBOX.Sent"));
        Assert.False(spaces.IsOwn("user.bob"));
        Assert.False(NamespaceData.Parse("((\"\" \"/\")) NIL ((\"Public/\" \"/\"))"u8).IsOwn("Public/x"));
    }

    [Theory]
    [InlineData("Archive.2024", '.', "Archive/2024")]
    [InlineData("inbox", '/', "INBOX")]
    [InlineData("INBOX.B&APw-cher", '.', "INBOX/Bücher")]
    [InlineData("a/b", '.', "a&AC8-b")]
    [InlineData("flat/name", null, "flat&AC8-name")]
    [InlineData("broken&zz", '/', "broken&zz")]
    public void Names_of_folders_become_paths(string key, char? separator, string path) => Assert.Equal(path, FolderNames.ToPath(key, separator));

    [Theory]
    [InlineData("Archive/2024", '.', "Archive.2024")]
    [InlineData("v1.2/Bücher", '.', "v1&AC4-2.B&APw-cher")]
    [InlineData("INBOX", '.', "INBOX")]
    [InlineData("a&b", '/', "a&-b")]
    public void Paths_become_names(string path, char separator, string key)
    {
        Assert.Equal(key, FolderNames.FromPath(path, separator));
        Assert.Equal(path, FolderNames.ToPath(key, separator));
    }

    [Fact]
    public void The_servers_own_id_is_the_stable_part_of_a_key_and_without_one_the_folder_keeps_uids_apart()
    {
        string key = ImapKey.Create(1795277844, 12, "1795.M8:P2.vm,S=7", "x");
        Assert.Equal(":1795.M8:P2.vm,S=7", ImapKey.Stable(key));
        Assert.Equal((1795277844u, 12u), ImapKey.Parse(key));
        Assert.Equal(ImapKey.Stable(key), ImapKey.Stable(ImapKey.Create(1795277844, 13, "1795.M8:P2.vm,S=7", "x")));
        string bare = ImapKey.Create(7, 12, null, ImapKey.FolderHash("INBOX"));
        Assert.Equal((bare, (7u, 12u)), (ImapKey.Stable(bare), ImapKey.Parse(bare)));
        Assert.NotEqual(bare, ImapKey.Create(7, 12, null, ImapKey.FolderHash("Sent")));
        Assert.Null(ImapKey.Parse("cur/17.M1:2,S"));
    }

    [Theory]
    [InlineData("7.12:g", "7.12:g", true)]
    [InlineData("7.12:g", "7.13:g", false)]
    [InlineData("7.12:g#2", "7.12:g", true)]
    [InlineData("7.12:g", "8.13:g", true)]
    [InlineData("unknown", "8.13:g", true)]
    public void Under_one_uidvalidity_another_uid_is_another_message(string recorded, string listed, bool may) =>
        Assert.Equal(may, ImapKey.MayBeSame(recorded, listed));

    /// <summary>Earlier backups numbered the copies of one folder.</summary>
    [Theory]
    [InlineData("7.12:g#2", ":g")]
    [InlineData("7.12:g#12", ":g")]
    [InlineData("7.12:g2", ":g2")]
    [InlineData("7.12:#x", ":#x")]
    [InlineData("7.12@3f0c9a51", "7.12@3f0c9a51")]
    public void The_number_of_a_copy_is_no_part_of_what_stays(string key, string stable)
    {
        Assert.Equal(stable, ImapKey.Stable(key));
    }

    [Fact]
    public void Uids_are_drawn_together() => Assert.Equal("1:3,7,9:10,4", UidSet.Format([1, 2, 3, 7, 9, 10, 4]));

    [Fact]
    public void A_command_waits_for_the_server_where_it_must()
    {
        var parts = new ImapCommand("LOGIN ").AddString("a\"b").Add(" ").AddString("p\r\nw").Parts;
        Assert.Equal(["LOGIN \"a\\\"b\" {4}\r\n", "p\r\nw"], parts.Select(Encoding.UTF8.GetString));
        Assert.Equal("LOGIN {4+}\r\np\r\nw", Encoding.UTF8.GetString(Assert.Single(new ImapCommand("LOGIN ", literalPlus: true).AddString("p\r\nw").Parts)));
    }

    [Theory]
    [InlineData("a\nb\r\nc\n", "a\r\nb\r\nc\r\n")]
    [InlineData("\n\n", "\r\n\r\n")]
    [InlineData("a\rb\r\r\n", "a\rb\r\r\n")]
    [InlineData("", "")]
    public async Task Every_line_that_is_sent_ends_in_crlf(string content, string expected)
    {
        for (int size = 1; size < 6; size++)
        {
            await using var stream = new LineEndStream(new MemoryStream(Encoding.ASCII.GetBytes(content)));
            var sent = new List<byte>();
            var buffer = new byte[size];
            int n;
            while ((n = await stream.ReadAsync(buffer)) > 0)
            {
                sent.AddRange(buffer.AsSpan(0, n));
            }

            Assert.Equal(expected, Encoding.ASCII.GetString([.. sent]));
        }
    }

    private static FetchData Fetch(string response)
    {
        var line = ResponseLine.Parse(Encoding.Latin1.GetBytes(response));
        return FetchData.Parse(line.Number!.Value, line.Body);
    }
}
