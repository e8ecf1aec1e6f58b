using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Restoring;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>A server without UIDPLUS expunges all that is marked: that must be ours alone, whatever others have marked meanwhile.</summary>
public sealed class ExpungeTests
{
    [Theory]
    [InlineData("* SEARCH 3 5")]
    [InlineData("* SEARCH 3")]
    [InlineData("* SEARCH")]
    public async Task What_only_we_have_marked_is_expunged(string marked)
    {
        using var server = Server(marked);
        await ExpungeAsync(server);
        Assert.Contains("EXPUNGE", server.Commands);
    }

    [Theory]
    [InlineData("* SEARCH 3 5 7")]
    [InlineData("* SEARCH 3 7")]
    [InlineData("* SEARCH 7")]
    public async Task What_somebody_else_has_marked_stays(string marked)
    {
        using var server = Server(marked);
        var refused = await Assert.ThrowsAsync<MailBackupException>(() => ExpungeAsync(server));
        Assert.Equal(ErrorIds.ItemRestoreFailed, refused.ErrorId);
        Assert.Contains("UID STORE 3,5 +FLAGS.SILENT (\\Deleted)", server.Commands);
        Assert.DoesNotContain("EXPUNGE", server.Commands);
    }

    private static ScriptedServer Server(string marked) =>
        new(c => c.StartsWith("UID SEARCH", StringComparison.Ordinal) ? marked + "\r\n{tag} OK done\r\n" : "{tag} OK done\r\n");

    private static async Task ExpungeAsync(ScriptedServer server)
    {
        using var connection = new ImapConnection(await Transport.ConnectAsync("127.0.0.1", server.Port, TimeSpan.FromSeconds(20), default));
        await connection.GreetingAsync();
        await Expunge.RunAsync(connection, "ann@example.com", [3, 5]);
    }
}
