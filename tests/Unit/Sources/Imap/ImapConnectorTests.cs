using System.Text;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>Which refusals are one account's, which are everybody's, and which a look into the password's file settles.</summary>
public sealed class ImapConnectorTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(5);

    private readonly TempFolder _folder = new();
    private volatile string _good = "secret";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_password_that_is_another_by_now_in_its_file_costs_no_account_and_is_read_once()
    {
        using var server = new ScriptedServer(Answer);
        using var connector = new ImapConnector(server.Settings(_folder)) { Pause = Short };
        for (int round = 1; round <= 3; round++)
        {
            int before = server.Connections;
            await OpenAllAsync(connector, 6);
            Assert.InRange(server.Connections - before, 6, 12);
            before = server.Connections;
            await OpenAllAsync(connector, 6);
            Assert.Equal(6, server.Connections - before);
            _good = $"token {round}";
            ScriptedServer.WritePassword(_folder, _good);
        }
    }

    [Fact]
    public async Task A_password_that_is_refused_and_still_in_its_file_is_tried_once()
    {
        using var server = new ScriptedServer(Answer);
        using var connector = new ImapConnector(server.Settings(_folder)) { Pause = Short };
        _good = "another";
        await Assert.ThrowsAsync<ImapCommandException>(() => connector.OpenAsync("alice@example.com", default));
        Assert.Equal(1, server.Connections);

        // A file that is just being written.
        File.WriteAllText(_folder["password"], "");
        await Assert.ThrowsAsync<MailBackupException>(() => connector.OpenAsync("alice@example.com", default));
        ScriptedServer.WritePassword(_folder, "another");
        using var opened = await connector.OpenAsync("alice@example.com", default);
    }

    /// <summary>Else an account off the list would be taken for gone, and flagged deleted, because a token has expired meanwhile.</summary>
    [Fact]
    public async Task An_account_counts_as_refused_only_where_another_is_let_in_behind_it()
    {
        bool bob = false;
        using var server = new ScriptedServer(c => bob && User(c) == "bob@example.com" ? "{tag} NO [AUTHENTICATIONFAILED] no\r\n" : Answer(c));
        using var connector = new ImapConnector(server.Settings(_folder)) { Pause = Short };
        Assert.False(await connector.RefusesAsync("bob@example.com", "alice@example.com", default));
        _good = "another";
        Assert.Null(await connector.RefusesAsync("bob@example.com", "alice@example.com", default));
        (_good, bob) = ("secret", true);
        Assert.True(await connector.RefusesAsync("bob@example.com", "alice@example.com", default));
    }

    [Fact]
    public async Task One_back_end_that_is_no_server_for_us_costs_an_attempt_once_somebody_has_been_let_in()
    {
        int strange = 0;
        using var server = new ScriptedServer(Answer)
        {
            Greeting = () => Interlocked.Decrement(ref strange) >= 0 ? "* PREAUTH welcome, whoever you are" : $"* OK [CAPABILITY {ScriptedServer.Capability}] ready",
        };
        using var connector = new ImapConnector(server.Settings(_folder)) { Pause = Short, Attempts = 2 };
        using var first = await connector.OpenAsync("alice@example.com", default);
        strange = 1;
        using var second = await connector.OpenAsync("bob@example.com", default);

        // One account after another: then it is everybody, and the next are not tried.
        strange = int.MaxValue;
        for (int n = 0; n < 10; n++)
        {
            await Assert.ThrowsAsync<ImapRefusedException>(() => connector.OpenAsync($"u{n}@example.com", default));
        }

        int connections = server.Connections;
        Assert.Equal(3 + 19, connections);
        await Assert.ThrowsAsync<ImapRefusedException>(() => connector.OpenAsync("carol@example.com", default));
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task A_server_that_never_let_anybody_in_and_cannot_be_talked_to_is_tried_once()
    {
        using var server = new ScriptedServer(Answer) { Greeting = () => "* PREAUTH welcome, whoever you are" };
        using var connector = new ImapConnector(server.Settings(_folder)) { Pause = Short };
        await Assert.ThrowsAsync<ImapRefusedException>(() => connector.OpenAsync("alice@example.com", default));
        await Assert.ThrowsAsync<ImapRefusedException>(() => connector.OpenAsync("bob@example.com", default));
        Assert.Equal(1, server.Connections);
    }

    private static async Task OpenAllAsync(ImapConnector connector, int count)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, count).Select(n => connector.OpenAsync($"u{n}@example.com", default)));
        Array.ForEach(opened, c => c.Dispose());
    }

    private string Answer(string command) => Login(command) is [_, _, var password] && password != _good
        ? "{tag} NO [AUTHENTICATIONFAILED] no\r\n" : "{tag} OK [CAPABILITY IMAP4rev1] done\r\n";

    private static string? User(string command) => Login(command)?[0];

    private static string[]? Login(string command) => command.StartsWith("AUTHENTICATE PLAIN ", StringComparison.Ordinal)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(command[19..])).Split('\0') : null;
}
