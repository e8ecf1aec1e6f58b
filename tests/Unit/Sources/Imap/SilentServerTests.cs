using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>A server that takes what is said to it and answers nothing any more, about one mailbox: it costs that mailbox one wait, and nobody else any.</summary>
public sealed class SilentServerTests : IDisposable
{
    private const string Alice = "alice@example.com", Bob = "bob@example.com", Carol = "carol@example.com";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("AUTHENTICATE")]
    [InlineData("LIST")]
    public async Task Silence_is_waited_for_once(string silent)
    {
        using var server = new ScriptedServer(c => c.StartsWith(silent, StringComparison.Ordinal) ? "" : Answer(c));
        using var connector = Connector(server, TimeSpan.FromSeconds(1));
        await using var ahead = new AccountReadAhead(connector, 2);
        await Assert.ThrowsAsync<ImapSilenceException>(() => ahead.ListFoldersAsync(Alice, default));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task An_account_that_was_listed_ahead_and_passed_holds_up_nobody()
    {
        using var server = new ScriptedServer(c => c == Login(Bob) ? "" : Answer(c));
        using var connector = Connector(server, TimeSpan.FromMinutes(5));
        var ahead = new AccountReadAhead(connector, 2);
        ahead.Expect([Alice, Bob]);
        Assert.Single(await ahead.ListFoldersAsync(Alice, default));
        await HeardAsync(server, Login(Bob));
        ahead.Expect([Carol]);
        Assert.Single(await ahead.ListFoldersAsync(Carol, default).WaitAsync(Soon));
        await ahead.DisposeAsync().AsTask().WaitAsync(Soon);
    }

    /// <summary>With one connection, the next account gets none before that of the one before has come back.</summary>
    [Fact]
    public async Task An_account_that_nobody_waits_for_any_more_gives_its_connection_back()
    {
        using var server = new ScriptedServer(c => c == Login(Bob) ? "" : Answer(c));
        using var connector = Connector(server, TimeSpan.FromMinutes(5));
        var ahead = new AccountReadAhead(connector, 1);
        ahead.Expect([Bob]);
        using var cut = new CancellationTokenSource();
        var listing = ahead.ListFoldersAsync(Bob, cut.Token);
        await HeardAsync(server, Login(Bob));
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing);
        ahead.Expect([Carol]);
        Assert.Single(await ahead.ListFoldersAsync(Carol, default).WaitAsync(Soon));

        // And it can be listed again.
        server.Answer = Answer;
        ahead.Expect([Bob]);
        Assert.Single(await ahead.ListFoldersAsync(Bob, default).WaitAsync(Soon));
        await ahead.DisposeAsync().AsTask().WaitAsync(Soon);
    }

    [Fact]
    public async Task A_message_at_which_the_server_falls_silent_costs_itself()
    {
        int fetched = 0;
        using var server = new ScriptedServer(c =>
            c.StartsWith("EXAMINE", StringComparison.Ordinal) ? "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n"
            : !c.StartsWith("UID FETCH", StringComparison.Ordinal) ? Answer(c)
            : ++fetched == 1 ? "" : "* 2 FETCH (UID 2 BODY[] {6}\r\nC: d\r\n)\r\n{tag} OK done\r\n");
        using var connector = Connector(server, TimeSpan.FromSeconds(1));
        await using var reader = new ContentReader(Alice, connector, new ConnectionPermits(2));
        var folder = new SourceFolder { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX" };
        SourceItem[] items = [new() { Key = "7.1@0", StableKey = "7.1@0" }, new() { Key = "7.2@0", StableKey = "7.2@0" }];
        Array.ForEach(items, i => reader.Expect(folder, i));
        var silent = await Assert.ThrowsAsync<ItemReadException>(async () => await reader.OpenAsync(folder, items[0], default));
        Assert.Contains("said nothing", silent.Reason, StringComparison.Ordinal);
        await using var content = await reader.OpenAsync(folder, items[1], default);
        Assert.Equal((6L, 2), (content!.Length, server.Connections));
    }

    private ImapConnector Connector(ScriptedServer server, TimeSpan patience) => new(server.Settings(_folder)) { Pause = TimeSpan.FromMilliseconds(5), Patience = patience };

    private static string Login(string account) => "AUTHENTICATE PLAIN " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{account}\0admin\0secret"));

    private static string Answer(string command) =>
        (command.StartsWith("LIST", StringComparison.Ordinal) ? "* LIST () \"/\" INBOX\r\n" : "") + "{tag} OK [CAPABILITY IMAP4rev1] done\r\n";

    private static async Task HeardAsync(ScriptedServer server, string command)
    {
        for (int wait = 0; wait < 600 && !server.Commands.Contains(command); wait++)
        {
            await Task.Delay(50);
        }

        Assert.Contains(command, server.Commands);
    }
}
