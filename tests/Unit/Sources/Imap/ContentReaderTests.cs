using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>What one run could not read, or left unread, is no burden of the next: a source lives as long as realtime does.</summary>
public sealed class ContentReaderTests : IDisposable
{
    private const string Alice = "alice@example.com";
    private static readonly SourceFolder Inbox = new() { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_account_whose_login_was_refused_is_read_again_in_the_next_run()
    {
        bool refuses = true;
        using var server = new ScriptedServer(c =>
            refuses && c.StartsWith("AUTHENTICATE", StringComparison.Ordinal) ? "{tag} NO [AUTHENTICATIONFAILED] not now\r\n" : Answer(c, 6));
        await using var source = new ImapSource(server.Configuration(_folder));
        source.ExpectAccounts([Alice]);
        await Assert.ThrowsAsync<ItemReadException>(() => ReadAsync(source, 1));

        // Within the run it is not asked again: not for each of its mails.
        refuses = false;
        await Assert.ThrowsAsync<ItemReadException>(() => ReadAsync(source, 1));
        source.ExpectAccounts([Alice]);
        Assert.Equal(6, await ReadAsync(source, 1));
    }

    [Fact]
    public async Task What_was_read_ahead_for_a_run_that_was_cut_is_given_up()
    {
        using var server = new ScriptedServer(c => Answer(c, 5 << 20));
        await using var source = new ImapSource(server.Configuration(_folder));
        source.ExpectAccounts([Alice]);
        source.ExpectContent(Alice, Inbox, Item(1));
        await UntilAsync(() => server.Commands.Any(c => c.StartsWith("UID FETCH", StringComparison.Ordinal)));

        // More than is read ahead, so the connection stays.
        await Task.Delay(1500);
        Assert.Equal(1, server.Open);
        source.ExpectAccounts(["bob@example.com"]);
        await UntilAsync(() => server.Open == 0);
        source.ExpectAccounts([Alice]);
        Assert.Equal(5 << 20, await ReadAsync(source, 1));
    }

    private static SourceItem Item(int uid) => new() { Key = $"7.{uid}@0", StableKey = $"7.{uid}@0" };

    private static async Task<long> ReadAsync(ImapSource source, int uid)
    {
        await using var content = await source.OpenAsync(Alice, Inbox, Item(uid), default);
        using var copy = new MemoryStream();
        await content!.Stream.CopyToAsync(copy);
        return copy.Length;
    }

    private static string Answer(string command, int size) =>
        command.StartsWith("EXAMINE", StringComparison.Ordinal) ? "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n"
        : command.StartsWith("UID FETCH", StringComparison.Ordinal) ? $"* 1 FETCH (UID 1 BODY[] {{{size}}}\r\n{new string('x', size)})\r\n{{tag}} OK done\r\n"
        : "{tag} OK [CAPABILITY IMAP4rev1] done\r\n";

    private static async Task UntilAsync(Func<bool> reached)
    {
        for (int wait = 0; wait < 600 && !reached(); wait++)
        {
            await Task.Delay(50);
        }

        Assert.True(reached());
    }
}
