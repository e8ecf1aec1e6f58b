using MailBackup.Model;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Reading;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>What a server may say at any time, said by one of our own.</summary>
public sealed class ImapSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Shares_and_annotations_are_kept_with_folders_and_what_servers_keep_for_themselves_is_not()
    {
        using var server = new ScriptedServer(c => c switch
        {
            "GETACL \"INBOX\"" => "* ACL INBOX bob@example.com lrs alice@example.com lrswipkxtea \"all staff\" lr\r\n{tag} OK done\r\n",
            "GETACL \"Private\"" => "{tag} NO [NOPERM] no\r\n",
            "GETMETADATA (DEPTH infinity) \"INBOX\" (/private /shared)" =>
                "* METADATA INBOX (/private/comment {10}\r\nMy \"inbox\" /shared/comment NIL /shared/vendor/cmu/cyrus-imapd/size \"17\")\r\n{tag} OK done\r\n",
            _ => "{tag} OK done\r\n",
        });
        using var connection = await ConnectAsync(server, "IMAP4rev1 ACL METADATA");
        var details = await new FolderDetails(connection, new HashSet<string> { "alice@example.com" }).ListAsync(["INBOX", "Private"]);
        Assert.Equal(
            [("acl", "all staff lr\nbob@example.com lrs"), ("metadata:/private/comment", "My \"inbox\"")],
            Assert.Single(details).Value.Select(a => (a.Key, a.Value)));
    }

    /// <summary>One too large for one literal, and then too much in one response: neither costs the account, and it is said that they are not kept.</summary>
    [Fact]
    public async Task Annotations_that_are_too_large_are_named_with_their_sizes_and_cost_nothing_else()
    {
        string Value(int n) => $"{{{n}}}\r\n{new string('x', n)}";
        using var server = new ScriptedServer(c => c switch
        {
            "GETMETADATA (DEPTH infinity) \"INBOX\" (/private /shared)" =>
                $"* METADATA INBOX (/private/comment ok /private/huge {Value(300 << 10)} /shared/vendor/cmu/x {Value(300 << 10)} /shared/after \"too\")\r\n{{tag}} OK done\r\n",
            "GETMETADATA (DEPTH infinity) \"Many\" (/private /shared)" =>
                $"* METADATA Many ({string.Join(' ', Enumerable.Range(1, 5).Select(n => $"/private/{n} {Value(250 << 10)}"))})\r\n{{tag}} OK done\r\n",
            _ => "{tag} OK done\r\n",
        });
        using var connection = await ConnectAsync(server, "IMAP4rev1 METADATA");
        var details = await new FolderDetails(connection, new HashSet<string>()).ListAsync(["INBOX", "Many"]);
        Assert.Equal(
            [("large-metadata:/private/huge", "307200"), ("metadata:/private/comment", "ok"), ("metadata:/shared/after", "too")],
            details["INBOX"].Select(a => (a.Key, a.Value)));
        Assert.Equal((1, 4), (details["Many"].Count(a => a.Key.StartsWith("large-", StringComparison.Ordinal)), details["Many"].Count(a => a.Value.Length == 250 << 10)));
        await connection.RunAsync("NOOP");
    }

    [Fact]
    public async Task An_access_list_that_is_put_off_is_not_taken_for_a_withdrawn_share()
    {
        using var server = new ScriptedServer(c => c.StartsWith("GETACL", StringComparison.Ordinal) ? "{tag} NO [UNAVAILABLE] later\r\n" : "{tag} OK done\r\n");
        using var connection = await ConnectAsync(server, "IMAP4rev1 ACL");
        await Assert.ThrowsAsync<MailBackup.Sources.Imap.Protocol.ImapCommandException>(
            () => new FolderDetails(connection, new HashSet<string>()).ListAsync(["INBOX"]));
    }

    [Theory]
    [InlineData("LIMIT")]
    [InlineData("INUSE")]
    [InlineData("UNAVAILABLE")]
    public async Task A_login_that_is_put_off_is_tried_again_later_and_later(string code)
    {
        int refusals = 0;
        using var server = new ScriptedServer(c => c.StartsWith("AUTHENTICATE", StringComparison.Ordinal) && ++refusals <= 3
            ? $"{{tag}} NO [{code}] not now\r\n" : "{tag} OK [CAPABILITY IMAP4rev1] done\r\n");
        using var connector = new ImapConnector(Settings(server)) { Pause = TimeSpan.FromMilliseconds(5) };
        using var connection = await connector.OpenAsync("alice@example.com", default);
        Assert.Equal(4, server.Connections);
    }

    [Fact]
    public void Pauses_grow_and_differ_and_end_somewhere()
    {
        var first = TimeSpan.FromMilliseconds(100);
        var pauses = Enumerable.Range(0, 50).Select(_ => Backoff.Pause(first, 4).TotalMilliseconds).ToList();
        Assert.All(pauses, p => Assert.InRange(p, 400, 1200));
        Assert.True(pauses.Distinct().Count() > 10);
        Assert.InRange(Backoff.Pause(first, 60).TotalSeconds, 4, 12);
    }

    [Fact]
    public async Task Contents_that_are_put_off_and_connections_that_are_ended_cost_time_only()
    {
        int asked = 0;
        using var server = new ScriptedServer(c =>
            c.StartsWith("EXAMINE", StringComparison.Ordinal) ? "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n"
            : !c.StartsWith("UID FETCH", StringComparison.Ordinal) ? "{tag} OK [CAPABILITY IMAP4rev1 SAVEDATE] done\r\n"
            : ++asked switch
            {
                1 => "{tag} NO [LIMIT] too much\r\n",
                2 => "* BYE [UNAVAILABLE] restarting\r\n",
                _ => "* 1 FETCH (UID 1 SAVEDATE \"21-Nov-2026 20:10:40 +0000\" BODY[] {6}\r\nA: b\r\n)\r\n* 2 FETCH (UID 2 SAVEDATE NIL BODY[] {6}\r\nC: d\r\n)\r\n{tag} OK done\r\n",
            });
        await using var source = Source(server, "alice@example.com");
        var folder = new SourceFolder { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX" };
        SourceItem[] items = [new() { Key = "7.1@0", StableKey = "7.1@0" }, new() { Key = "7.2@0", StableKey = "7.2@0" }];
        foreach (var item in items)
        {
            source.ExpectContent("alice@example.com", folder, item);
        }

        var read = new List<string>();
        foreach (var item in items)
        {
            await using var content = await source.OpenAsync("alice@example.com", folder, item, default);
            using var text = new StreamReader(content!.Stream);
            read.Add(await text.ReadToEndAsync() + content.Item.Attributes?[SourceItem.SavedAttribute]);
        }

        Assert.Equal(["A: b\r\n2026-11-21T20:10:40.0000000Z", "C: d\r\n"], read);
    }

    /// <summary>RFC 2180 §4.1.2: what another session has just expunged may be answered with NIL.</summary>
    [Theory]
    [InlineData("{tag} OK done\r\n", null)]
    [InlineData("{tag} NO [EXPUNGEISSUED] gone\r\n", null)]
    [InlineData("* 1 FETCH (UID 1 BODY[] {6}\r\nA: b\r\n)\r\n{tag} OK done\r\n", "A: b\r\n")]
    [InlineData("* 1 FETCH (UID 1 BODY[] NIL)\r\n{tag} OK done\r\n", "no content")]
    public async Task A_message_without_content_is_asked_for_once_more_in_a_folder_that_is_opened_anew(string second, string? expected)
    {
        int opened = 0;
        using var server = new ScriptedServer(c =>
        {
            opened += c.StartsWith("EXAMINE", StringComparison.Ordinal) ? 1 : 0;
            return c.StartsWith("EXAMINE", StringComparison.Ordinal) ? "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n"
                : !c.StartsWith("UID FETCH", StringComparison.Ordinal) ? "{tag} OK [CAPABILITY IMAP4rev1] done\r\n"
                : opened == 1 ? "* 1 FETCH (UID 1 BODY[] NIL)\r\n{tag} OK done\r\n" : second;
        });
        await using var source = Source(server, "alice@example.com");
        var folder = new SourceFolder { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX" };
        string? read = null;
        try
        {
            await using var content = await source.OpenAsync("alice@example.com", folder, new SourceItem { Key = "7.1@0", StableKey = "7.1@0" }, default);
            if (content is not null)
            {
                using var text = new StreamReader(content.Stream);
                read = await text.ReadToEndAsync();
            }
        }
        catch (ItemReadException e)
        {
            read = e.Reason.Contains("no content", StringComparison.Ordinal) ? "no content" : e.Reason;
        }

        Assert.Equal((expected, 2), (read, opened));
    }

    [Theory]
    [InlineData("NO [AUTHENTICATIONFAILED] no", true)]
    [InlineData("NO [UNAVAILABLE] later", false)]
    [InlineData("OK done", false)]
    public async Task Off_the_list_an_account_is_gone_only_when_the_server_refuses_it_and_not_others(string answer, bool gone)
    {
        string bob = Convert.ToBase64String("bob@example.com\0admin\0secret"u8);
        using var server = new ScriptedServer(c => c == "AUTHENTICATE PLAIN " + bob ? "{tag} " + answer + "\r\n" : "{tag} OK [CAPABILITY IMAP4rev1] done\r\n");
        await using var source = Source(server, "alice@example.com");
        Assert.Equal(gone, await source.IsGoneAsync("bob@example.com", default));
        server.Answer = _ => "{tag} NO [AUTHENTICATIONFAILED] nobody\r\n";
        await using var refused = Source(server, "alice@example.com");
        Assert.False(await refused.IsGoneAsync("bob@example.com", default));
    }

    /// <summary>A copy that could not be read last time comes first in the listing, and must not take the place of the one that was.</summary>
    [Theory]
    [InlineData("7.5:g 7.9:g", "7.9")]
    [InlineData("7.5:g", "")]
    [InlineData("8.1:g", "8.1")]
    [InlineData("8.1:g 8.2:g", "8.1")]
    public async Task A_listed_copy_is_the_known_one_of_its_uid(string listed, string matched)
    {
        using var server = new ScriptedServer(_ => "{tag} OK\r\n");
        await using var source = Source(server, "alice@example.com");
        var known = new KnownItem(new ItemId(1), new ItemId(2), ItemType.Message, "7.9:g", default, null, default, 0, null, default);
        var items = listed.Split(' ').Select(k => new SourceItem { Key = k, StableKey = source.StableKeyOf(FolderKind.Mail, k) });
        var matches = new KnownByKey(source, FolderKind.Mail, [known]).MatchAsync(items.ToAsyncEnumerable());
        Assert.Equal(matched, string.Join(' ', (await matches.ToListAsync()).Where(m => m.Known is not null).Select(m => m.Item.Key.Split(':')[0])));
    }

    /// <summary>Told are whole headers of the folder that was listed, with sizes; nothing else is believed.</summary>
    [Theory]
    [InlineData(7, "* 1 FETCH (UID 1 RFC822.SIZE 60 BODY[HEADER]<0> {8}\r\nA: b\r\n\r\n)\r\n", "7.1@0 60")]
    [InlineData(7, "* 1 FETCH (BODY[HEADER]<0> \"A: b\" RFC822.SIZE 60 UID 1)\r\n", "7.1@0 60")]
    [InlineData(8, "* 1 FETCH (UID 1 RFC822.SIZE 60 BODY[HEADER]<0> {8}\r\nA: b\r\n\r\n)\r\n", "")]
    [InlineData(7, "* 1 FETCH (UID 1 RFC822.SIZE 60 BODY[HEADER]<0> NIL)\r\n", "")]
    [InlineData(7, "* 1 FETCH (UID 1 BODY[HEADER]<0> {8}\r\nA: b\r\n\r\n)\r\n", "")]
    [InlineData(7, "* 9 FETCH (UID 9 RFC822.SIZE 60 BODY[HEADER]<0> {8}\r\nA: b\r\n\r\n)\r\n", "")]
    public async Task Headers_are_told_of_what_was_asked_for(int validity, string told, string expected)
    {
        using var server = new ScriptedServer(c =>
            c.StartsWith("EXAMINE", StringComparison.Ordinal) ? $"* 2 EXISTS\r\n* OK [UIDVALIDITY {validity}] ok\r\n{{tag}} OK done\r\n" : told + "{tag} OK done\r\n");
        using var connection = await ConnectAsync(server, "IMAP4rev1");
        var folder = new SourceFolder { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX" };
        var headers = await new HeaderReader(connection, folder).ReadAsync(7, new Dictionary<uint, string> { [1] = "7.1@0", [2] = "7.2@0" });
        Assert.Equal(expected, string.Join(' ', headers.Select(h => $"{h.Key} {h.Size}")));
        Assert.Contains("UID FETCH 1:2 (UID RFC822.SIZE BODY.PEEK[HEADER]<0.131072>)", server.Commands);
    }

    private static async Task<ImapConnection> ConnectAsync(ScriptedServer server, string capabilities)
    {
        var inner = server.Answer;
        server.Answer = c => c == "CAPABILITY" ? $"* CAPABILITY {capabilities}\r\n{{tag}} OK\r\n" : inner(c);
        var connection = new ImapConnection(await Transport.ConnectAsync("127.0.0.1", server.Port, TimeSpan.FromSeconds(20), default));
        await connection.GreetingAsync();
        await connection.RunAsync("CAPABILITY");
        return connection;
    }

    private ImapSource Source(ScriptedServer server, string accounts) => new(server.Configuration(_folder, accounts));

    private ImapSettings Settings(ScriptedServer server) => server.Settings(_folder);
}
