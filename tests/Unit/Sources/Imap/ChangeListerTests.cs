using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>Each trap of RFC 7162 by a server that falls into it: what cannot be believed must lead to a whole listing, never to a wrong one.</summary>
public sealed class ChangeListerTests
{
    private const string Since = "i1.77.10.4.50";
    private const string Opened = "* 4 EXISTS\r\n* OK [UIDVALIDITY 77] ok\r\n* OK [UIDNEXT 12] ok\r\n* OK [HIGHESTMODSEQ 60] ok\r\n{tag} OK [READ-ONLY] done\r\n";
    private const string Date = "INTERNALDATE \"21-Nov-2026 20:10:40 +0000\"";

    /// <summary>As Dovecot 2.3.19 answers: one vanished, one with another flag, one new.</summary>
    private const string Changes = "* VANISHED (EARLIER) 3\r\n"
        + "* 2 FETCH (UID 2 FLAGS (\\Seen) " + Date + " X-GUID g2 MODSEQ (57))\r\n"
        + "* 4 FETCH (UID 11 FLAGS (\\Recent) " + Date + " X-GUID g11 MODSEQ (60))\r\n{tag} OK done\r\n";

    private static readonly string[] Known = ["77.1:g1", "77.2:g2", "77.3:g3", "77.9:g9"];

    [Fact]
    public async Task What_changed_vanished_and_came_is_told()
    {
        using var server = Server(Opened, Changes);
        var changes = await AskAsync(server);
        Assert.NotNull(changes);
        Assert.Equal(["77.3:g3"], changes.Gone);
        Assert.Equal([("77.2:g2", MessageFlags.Seen), ("77.11:g11", MessageFlags.None)], changes.Present.Select(i => (i.Key, i.Flags)));
        Assert.Contains("UID FETCH 1:* (UID FLAGS INTERNALDATE X-GUID) (CHANGEDSINCE 50 VANISHED)", server.Commands);
    }

    [Fact]
    public async Task Split_at_every_byte_it_is_told_alike()
    {
        using var server = new ScriptedServer(c => c.StartsWith("ENABLE", StringComparison.Ordinal) ? "* ENABLED QRESYNC\r\n{tag} OK\r\n" : c.StartsWith("EXAMINE", StringComparison.Ordinal) ? Opened : Changes)
        {
            Piece = 1,
        };
        var changes = await AskAsync(server);
        Assert.Equal(["77.3:g3"], changes!.Gone);
        Assert.Equal(2, changes.Present.Count);
    }

    [Theory]
    [InlineData("forgotten expunge: one message too many is known", "* 4 FETCH (UID 11 FLAGS () " + Date + " X-GUID g11)\r\n")]
    [InlineData("a message that was never told of", "* VANISHED (EARLIER) 3,9\r\n* 4 FETCH (UID 11 FLAGS () " + Date + " X-GUID g11)\r\n")]
    [InlineData("vanished and there", "* VANISHED (EARLIER) 2\r\n* 2 FETCH (UID 2 FLAGS () " + Date + " X-GUID g2)\r\n* 4 FETCH (UID 11 FLAGS () " + Date + " X-GUID g11)\r\n")]
    [InlineData("another message under an old UID", "* VANISHED (EARLIER) 3\r\n* 2 FETCH (UID 2 FLAGS () " + Date + " X-GUID gX)\r\n* 4 FETCH (UID 11 FLAGS () " + Date + " X-GUID g11)\r\n")]
    [InlineData("an expunge without its UID", "* VANISHED (EARLIER) 3\r\n* 1 EXPUNGE\r\n* 4 FETCH (UID 11 FLAGS () " + Date + " X-GUID g11)\r\n")]
    [InlineData("no date for the new one", "* VANISHED (EARLIER) 3\r\n* 4 FETCH (UID 11 FLAGS () X-GUID g11)\r\n")]
    public async Task What_does_not_add_up_is_not_believed(string why, string told)
    {
        using var server = Server(Opened, told + "{tag} OK done\r\n");
        Assert.True(await AskAsync(server) is null, why);
    }

    [Theory]
    [InlineData("* 4 EXISTS\r\n* OK [UIDVALIDITY 78] ok\r\n{tag} OK done\r\n")]
    [InlineData("* 4 EXISTS\r\n* OK [UIDVALIDITY 77] ok\r\n* OK [NOMODSEQ] none\r\n{tag} OK done\r\n")]
    [InlineData("{tag} NO [NOPERM] no\r\n")]
    public async Task A_folder_that_is_another_now_is_listed_whole(string opened)
    {
        using var server = Server(opened, Changes);
        Assert.Null(await AskAsync(server));
    }

    [Theory]
    [InlineData("i1.78.12.4.60")]
    [InlineData("i1.77.9.4.60")]
    [InlineData("i1.77.12.4.49")]
    [InlineData(null)]
    public async Task Counters_that_went_back_are_not_followed(string? now)
    {
        using var server = Server(Opened, Changes);
        Assert.Null(await AskAsync(server, now));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("UID FETCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Billions_of_vanished_messages_are_only_those_that_were_known()
    {
        using var server = Server(
            Opened.Replace("4 EXISTS", "2 EXISTS", StringComparison.Ordinal),
            "* VANISHED (EARLIER) 4000000000:4294967295,10:2000000000,2:8\r\n{tag} OK done\r\n");
        Assert.Equal(["77.2:g2", "77.3:g3"], (await AskAsync(server))!.Gone.Order());
    }

    [Fact]
    public async Task What_is_expunged_meanwhile_is_gone_too()
    {
        using var server = Server(Opened, "* VANISHED (EARLIER) 3\r\n* 4 FETCH (UID 11 FLAGS () " + Date + " X-GUID g11)\r\n* VANISHED 9\r\n{tag} OK done\r\n");
        Assert.Equal(["77.3:g3", "77.9:g9"], (await AskAsync(server))!.Gone.Order());
    }

    [Fact]
    public async Task A_second_message_with_the_same_id_gets_a_key_of_its_own()
    {
        using var server = Server(
            Opened.Replace("4 EXISTS", "5 EXISTS", StringComparison.Ordinal), "* 5 FETCH (UID 11 FLAGS () " + Date + " X-GUID g2)\r\n{tag} OK done\r\n");
        var copy = Assert.Single((await AskAsync(server))!.Present);
        Assert.Equal(("77.11:g2", ":g2"), (copy.Key, copy.StableKey));
    }

    [Fact]
    public async Task Without_qresync_changed_flags_are_told_and_a_missing_message_is_not_guessed()
    {
        using var server = Server(Opened, "* 2 FETCH (UID 2 FLAGS (\\Seen) " + Date + " X-GUID g2)\r\n{tag} OK done\r\n");
        var can = Capabilities.Parse("IMAP4rev1 CONDSTORE");
        Assert.Single((await AskAsync(server, can: can))!.Present);
        Assert.Contains("UID FETCH 1:* (UID FLAGS INTERNALDATE X-GUID) (CHANGEDSINCE 50)", server.Commands);
        server.Answer = c => c.StartsWith("EXAMINE", StringComparison.Ordinal) ? Opened.Replace("4 EXISTS", "3 EXISTS", StringComparison.Ordinal) : "{tag} OK done\r\n";
        Assert.Null(await AskAsync(server, can: can));
    }

    private static ScriptedServer Server(string opened, string changes) => new(c =>
        c.StartsWith("ENABLE", StringComparison.Ordinal) ? "* ENABLED QRESYNC\r\n{tag} OK\r\n" : c.StartsWith("EXAMINE", StringComparison.Ordinal) ? opened : changes);

    private static async Task<FolderChanges?> AskAsync(ScriptedServer server, string? now = "i1.77.12.4.60", Capabilities? can = null)
    {
        if (can is not null)
        {
            // What it says in the greeting is more than this test wants.
            var inner = server.Answer;
            server.Answer = c => c == "CAPABILITY" ? "* CAPABILITY IMAP4rev1 CONDSTORE\r\n{tag} OK\r\n" : inner(c);
        }

        using var connection = new ImapConnection(await Transport.ConnectAsync("127.0.0.1", server.Port, TimeSpan.FromSeconds(20), default));
        await connection.GreetingAsync();
        if (can is not null)
        {
            await connection.RunAsync("CAPABILITY");
        }

        var folder = new SourceFolder { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX", Token = now };
        return await new ChangeLister(connection, new ServerTraits("X-GUID", "X-GUID"), folder, Known).ListAsync(FolderToken.Parse(Since)!);
    }
}
