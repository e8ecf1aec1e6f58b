using MailBackup.Sources;
using MailBackup.Sources.Maildir;

namespace MailBackup.Tests.Sources.Maildir;

public class LayoutTests
{
    private static readonly string[] BothLayouts = ["bob@example.net", "carol@example.org"];

    [Fact]
    public async Task Both_layouts_are_found_side_by_side()
    {
        using var tree = new MaildirTree();
        MaildirTree.MakeMailDirectory(tree.Root + "/example.org/carol/Maildir");
        MaildirTree.MakeMailDirectory(tree.Root + "/example.net/bob");
        Directory.CreateDirectory(tree.Root + "/example.net/nobody");
        Directory.CreateDirectory(tree.Root + "/lost+found");
        tree.Write("example.net/README", "no mailbox");
        await using var source = tree.Open();
        Assert.Equal(BothLayouts, await source.ListMailboxesAsync(default));
        Assert.Single(await MaildirTree.Folders(source, "bob@example.net"));
        Assert.Single(await MaildirTree.Folders(source, "carol@example.org"));
    }

    [Fact]
    public async Task A_flat_mailbox_with_an_empty_directory_Maildir_stays_flat()
    {
        using var tree = new MaildirTree();
        MaildirTree.MakeMailDirectory(tree.Root + "/d/u");
        Directory.CreateDirectory(tree.Root + "/d/u/Maildir");
        tree.Write("d/u/cur/1:2,S", "x");
        await using var source = tree.Open();
        Assert.Single(await MaildirTree.Items(source, "INBOX", "u@d"));
    }

    [Fact]
    public async Task A_user_with_contacts_only_is_an_account()
    {
        using var tree = new MaildirTree();
        tree.Write("d/u/Contacts/friends/a.vcf", "BEGIN:VCARD");
        await using var source = tree.Open();
        Assert.Equal("u@d", Assert.Single(await source.ListMailboxesAsync(default)));
        Assert.Equal("Contacts/friends", Assert.Single(await MaildirTree.Folders(source, "u@d")).Path);
    }

    [Theory]
    [InlineData("{user}/mail", "example.org", "alice/mail", "alice@example.org", "alice")]
    [InlineData("vhosts/{domain}/{user}", null, "vhosts/example.org/alice", "alice@example.org", "vhosts/example.org/alice")]
    [InlineData("{user}@{domain}/Maildir", null, "alice@example.org/Maildir", "alice@example.org", "alice@example.org")]
    [InlineData("*/{domain}/{user}/md", null, "a/example.org/alice/md", "alice@example.org", "a/example.org/alice")]
    public async Task A_pattern_says_where_mailboxes_lie(string pattern, string? domain, string mail, string account, string home)
    {
        using var tree = new MaildirTree();
        MaildirTree.MakeMailDirectory(tree.Root + "/" + mail);
        tree.Write(mail + "/new/1", "x");
        tree.Write(home + "/Contacts/c/a.vcf", "x");
        await using var source = tree.Open(pattern, domain);
        Assert.Equal(account, Assert.Single(await source.ListMailboxesAsync(default)));
        Assert.Equal(["Contacts/c", "INBOX"], (await MaildirTree.Folders(source, account)).Select(f => f.Path));
        Assert.Single(await MaildirTree.Items(source, "INBOX", account));
    }

    [Theory]
    [InlineData("{user}", null)]
    [InlineData("{domain}", "d")]
    [InlineData("../{domain}/{user}", null)]
    [InlineData("{domain}//{user}", null)]
    [InlineData("{domain}/{name}", null)]
    public void A_pattern_that_says_too_little_is_refused(string pattern, string? domain)
    {
        using var tree = new MaildirTree();
        var error = Assert.Throws<MailBackupException>(() => tree.Open(pattern, domain));
        Assert.Equal(ErrorIds.ConfigurationInvalid, error.ErrorId);
    }

    [Fact]
    public async Task No_root_is_an_error_of_its_own()
    {
        var missing = Assert.Throws<MailBackupException>(() => MailSourceFactory.Open(new SourceConfiguration { Maildir = "/nonexistent/mail" }));
        Assert.Equal(ErrorIds.SourceNotFound, missing.ErrorId);
        var unset = Assert.Throws<MailBackupException>(() => MailSourceFactory.Open(new SourceConfiguration()));
        Assert.Equal(ErrorIds.SourceNotSet, unset.ErrorId);

        using var tree = MaildirTree.WithAlice();
        await using var source = MailSourceFactory.Open(new SourceConfiguration { Maildir = tree.Root });
        Directory.Move(tree.Root, tree.Root + "-away");
        var gone = await Assert.ThrowsAsync<MailBackupException>(async () => await source.ListMailboxesAsync(default));
        Assert.Equal(ErrorIds.SourceNotFound, gone.ErrorId);
        Directory.CreateDirectory(tree.Root);
        var other = await Assert.ThrowsAsync<MailBackupException>(async () => await source.ListFoldersAsync(MaildirTree.Alice, default));
        Assert.Equal(ErrorIds.SourceUnreadable, other.ErrorId);
        Directory.Delete(tree.Root);
        Directory.Move(tree.Root + "-away", tree.Root);
        Assert.Single(await source.ListMailboxesAsync(default));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_an_error_and_no_absence()
    {
        using var tree = MaildirTree.WithAlice();
        Directory.CreateSymbolicLink(tree.Root + "/example.net", "/nonexistent/disk2");
        await using var source = tree.Open();
        var error = await Assert.ThrowsAsync<MailBackupException>(async () => await source.ListMailboxesAsync(default));
        Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        File.Delete(tree.Root + "/example.net");

        Directory.Move(tree.AliceMail, tree.Root + "/elsewhere");
        Directory.CreateSymbolicLink(tree.AliceMail, tree.Root + "/elsewhere");
        Assert.Single(await MaildirTree.Folders(source));
        Directory.Delete(tree.Root + "/elsewhere", recursive: true);
        error = await Assert.ThrowsAsync<MailBackupException>(async () => await source.ListFoldersAsync(MaildirTree.Alice, default));
        Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
    }

    [Theory]
    [InlineData("..@example.org")]
    [InlineData("../x@example.org")]
    [InlineData("alice@..")]
    [InlineData("alice")]
    [InlineData("nobody@example.org")]
    public async Task An_account_that_is_not_there_has_no_folders(string account)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        Assert.Empty(await MaildirTree.Folders(source, account));
    }

    [Fact]
    public async Task The_directory_is_read_through_what_was_given()
    {
        using var tree = MaildirTree.WithAlice();
        string? asked = null;
        await using var source = new MaildirSource(new SourceConfiguration { Maildir = tree.Root }, known =>
        {
            asked = known;
            return new ProvisioningSnapshot("2", []);
        });
        Assert.Equal("2", (await source.ReadProvisioningAsync("1", default))!.Token);
        Assert.Equal("1", asked);
        await using var without = tree.Open();
        Assert.Null(await without.ReadProvisioningAsync(null, default));
    }
}
