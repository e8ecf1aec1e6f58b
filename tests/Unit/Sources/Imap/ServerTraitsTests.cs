using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>Whether a server has ids of its own is asked of one account and believed of all: so a mailbox that cannot tell must not answer for them.</summary>
public sealed class ServerTraitsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <param name="inbox">What is said of the inbox of the first account, asked for its id and for its messages.</param>
    /// <param name="other">The same of its other folder.</param>
    [Theory]
    [InlineData("NO [UNAVAILABLE] later", "OK", "later")]
    [InlineData("NO broken", "NO broken", "broken")]
    [InlineData("NO [NOPERM] no", "OK", "X-GUID")]
    public async Task A_mailbox_that_is_refused_is_not_taken_for_a_server_without_ids(string inbox, string other, string expected)
    {
        bool first = true;
        using var server = new ScriptedServer(c =>
        {
            string said = !first || !c.StartsWith("STATUS", StringComparison.Ordinal) ? "OK" : c.Contains("INBOX", StringComparison.Ordinal) ? inbox : other;
            return said != "OK" ? $"{{tag}} {said}\r\n"
                : c.StartsWith("LIST", StringComparison.Ordinal) ? "* LIST () \"/\" INBOX\r\n* LIST (\\Noselect) \"/\" Level\r\n* LIST () \"/\" \"Sent mail\"\r\n{tag} OK\r\n"
                : c.EndsWith("(X-GUID)", StringComparison.Ordinal) ? "* STATUS x (X-GUID 1a2b)\r\n{tag} OK\r\n" : "{tag} OK [CAPABILITY IMAP4rev1] done\r\n";
        });
        using var connector = new ImapConnector(server.Settings(_folder));
        Assert.Equal(expected, await FindAsync(connector));
        first = false;
        Assert.Equal("X-GUID", await FindAsync(connector));
    }

    [Theory]
    [InlineData("BAD unknown item")]
    [InlineData("NO unknown item")]
    [InlineData("OK ignored")]
    public async Task A_server_that_refuses_the_question_of_a_folder_that_it_opens_has_none(string answer)
    {
        using var server = new ScriptedServer(c => c.EndsWith("(X-GUID)", StringComparison.Ordinal) ? $"{{tag}} {answer}\r\n" : "{tag} OK [CAPABILITY IMAP4rev1] done\r\n");
        using var connector = new ImapConnector(server.Settings(_folder));
        Assert.Equal("none", await FindAsync(connector));
        int asked = server.Commands.Count;
        Assert.Equal("none", await FindAsync(connector));
        Assert.DoesNotContain(server.Commands.Skip(asked), c => c.StartsWith("STATUS", StringComparison.Ordinal));
    }

    private static async Task<string> FindAsync(ImapConnector connector)
    {
        using var connection = await connector.OpenAsync("alice@example.com", default);
        try
        {
            return (await connector.TraitsAsync(connection)).MessageId ?? "none";
        }
        catch (ImapException e)
        {
            return e.Message;
        }
    }
}
