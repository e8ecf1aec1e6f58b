using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

public sealed class ImapSettingsTests
{
    private static readonly SourceConfiguration Good = new() { Imap = "imaps://mail.example.com", ImapUser = "backup" };

    [Theory]
    [InlineData("imaps://mail.example.com", null, 993, "Implicit")]
    [InlineData("imap://mail.example.com/", null, 143, "StartTls")]
    [InlineData("imap://mail.example.com:1143", "none", 1143, "None")]
    public void An_address_says_host_port_and_encryption(string url, string? tls, int port, string expected)
    {
        var settings = ImapSettings.From(Good with { Imap = url, ImapTls = tls });
        Assert.Equal(("mail.example.com", port, expected), (settings.Host, settings.Port, settings.Tls.ToString()));
    }

    [Fact]
    public void What_cannot_work_is_refused_before_anything_is_tried()
    {
        SourceConfiguration[] wrong =
        [
            Good with { Imap = "mail.example.com" }, Good with { Imap = "pop3://mail.example.com" }, Good with { Imap = "imaps://u:secret@mail.example.com" },
            Good with { ImapUser = null }, Good with { ImapTls = "maybe" }, Good with { ImapTls = "none" }, Good with { ImapAuthentication = "ntlm" },
            Good with { ImapFingerprint = "abc" }, Good with { ImapMaxConnections = 1 }, Good with { ImapLogin = "backup" },
            Good with { ImapWatchConnections = 0 }, Good with { ImapWatchConnections = 10_001 }, Good with { ImapWatchInterval = 4 }, Good with { ImapWatchInterval = 86_401 },
            Good with { ImapWatchFolders = " , " }, Good with { ImapWatchFolders = "a,b,c,d,e,f" },
        ];
        Assert.All(wrong, w => Assert.Equal(ErrorIds.ConfigurationInvalid, Assert.Throws<MailBackupException>(() => ImapSettings.From(w)).ErrorId));
        Assert.Equal(
            ErrorIds.ConfigurationInvalid,
            Assert.Throws<MailBackupException>(() => MailSourceFactory.Open(Good with { Maildir = "/var/vmail" })).ErrorId);
    }

    [Fact]
    public void How_accounts_are_followed_has_defaults()
    {
        var settings = ImapSettings.From(Good);
        Assert.Equal((100, 300d), (settings.WatchConnections, settings.WatchInterval.TotalSeconds));
        Assert.Equal(["INBOX"], settings.WatchFolders);
        Assert.Equal(["INBOX", "Sent"], ImapSettings.From(Good with { ImapWatchFolders = "inbox, Sent,Inbox" }).WatchFolders);
    }

    [Theory]
    [InlineData(null, "ann@example.com")]
    [InlineData("{user}", "ann")]
    [InlineData("{domain}!{user}", "example.com!ann")]
    [InlineData("{account}*{admin}", "ann@example.com*backup")]
    public void An_account_has_its_name_at_the_login(string? pattern, string expected) =>
        Assert.Equal(expected, ImapSettings.From(Good with { ImapLogin = pattern }).LoginOf("ann@example.com"));

    [Fact]
    public void Accounts_come_from_a_list_a_file_or_the_directory()
    {
        using var folder = new TempFolder();
        var snapshot = new ProvisioningSnapshot("t", [Entry("ann@example.com"), Entry("bob@example.com"), Entry("eve@example.org")]);
        Assert.Equal(["a@x", "b@x"], new ImapAccounts("b@x, a@x a@x", null).List());
        Assert.Equal(["ann@example.com", "bob@example.com", "z@x"], new ImapAccounts("*@Example.com,z@x", _ => snapshot).List());
        Assert.Equal(3, new ImapAccounts(null, _ => snapshot).List().Count);
        File.WriteAllText(folder["list"], "# all of them\na@x\n\nb@x # leaves soon\n");
        Assert.Equal(["a@x", "b@x"], new ImapAccounts("@" + folder["list"], null).List());
        File.WriteAllText(folder["list"], "# nobody\n");
        Assert.Equal(ErrorIds.SourceUnreadable, Assert.Throws<MailBackupException>(() => new ImapAccounts("@" + folder["list"], null).List()).ErrorId);
        Assert.Equal(ErrorIds.SourceNotSet, Assert.Throws<MailBackupException>(() => new ImapAccounts(null, null).List()).ErrorId);
    }

    [Fact]
    public void A_password_file_that_others_can_read_is_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["password"], "secret\nmore\n");
        var settings = ImapSettings.From(Good with { ImapPasswordFile = folder["password"] });
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["password"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.Equal(ErrorIds.PasswordFileUnusable, Assert.Throws<MailBackupException>(settings.ReadPassword).ErrorId);
            File.SetUnixFileMode(folder["password"], UnixFileMode.UserRead);
        }

        Assert.Equal("secret", settings.ReadPassword());
    }

    private static MailBackup.Model.ProvisioningEntry Entry(string name) =>
        new(MailBackup.Model.ProvisioningKind.Account, null, name, MailBackup.Model.ProvisioningAttributes.Empty);
}
