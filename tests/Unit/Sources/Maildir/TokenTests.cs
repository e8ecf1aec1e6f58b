namespace MailBackup.Tests.Sources.Maildir;

public class TokenTests
{
    [Fact]
    public async Task An_unchanged_tree_gives_equal_tokens()
    {
        using var tree = Tree();
        await using var source = tree.Open();
        await using var other = tree.Open();
        var first = (await MaildirTree.Folders(source)).Select(f => (f.Path, f.Token)).ToList();
        Assert.All(first, f => Assert.NotNull(f.Token));
        Assert.Equal(first, (await MaildirTree.Folders(source)).Select(f => (f.Path, f.Token)));
        Assert.Equal(first, (await MaildirTree.Folders(other)).Select(f => (f.Path, f.Token)));
    }

    public static TheoryData<string, string, Action<MaildirTree>> Changes => new()
    {
        { "delivery", "INBOX", t => t.Mail("new/2") },
        { "flag", "INBOX", t => File.Move(t.AliceMail + "/cur/1:2,", t.AliceMail + "/cur/1:2,S") },
        { "removal", "INBOX", t => File.Delete(t.AliceMail + "/cur/1:2,") },
        { "keywords", "INBOX", t => t.Mail("dovecot-keywords", "0 Other\n") },
        { "keywords removed", "INBOX", t => File.Delete(t.AliceMail + "/dovecot-keywords") },
        { "cur replaced", "INBOX", t => { Directory.Move(t.AliceMail + "/cur", t.AliceMail + "/old"); Directory.CreateDirectory(t.AliceMail + "/cur"); } },
        { "rewritten in place", "Contacts/c", t => t.Write("example.org/alice/Contacts/c/a.vcf", "x") },
        { "grown", "Contacts/c", t => t.Write("example.org/alice/Contacts/c/a.vcf", "longer") },
        { "added", "Contacts/c", t => t.Write("example.org/alice/Contacts/c/b.vcf", "x") },
        { "removed", "Contacts/c", t => File.Delete(t.AliceHome + "/Contacts/c/a.vcf") },
        { "renamed", "Contacts/c", t => File.Move(t.AliceHome + "/Contacts/c/a.vcf", t.AliceHome + "/Contacts/c/b.vcf") },
        { "document", "Files/plans", t => t.Write("example.org/alice/Files/plans/a.txt", "new") },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Each_kind_of_change_shows(string kind, string path, Action<MaildirTree> change)
    {
        using var tree = Tree();
        await using var source = tree.Open(clock: new FixedClock(DateTimeOffset.UtcNow));
        var before = await MaildirTree.Folders(source);
        change(tree);
        string? soon = (await MaildirTree.Folder(source, path)).Token;
        Assert.True(soon is null || kind == "keywords removed", kind + " is racy just after it");
        tree.Age(TimeSpan.FromMinutes(30));
        Assert.NotEqual(before.Single(f => f.Path == path).Token, (await MaildirTree.Folder(source, path)).Token);
    }

    [Fact]
    public async Task A_file_swapped_for_one_of_the_same_name_size_and_time_shows()
    {
        using var tree = Tree();
        await using var source = tree.Open();
        string? before = (await MaildirTree.Folder(source, "Contacts/c")).Token;
        string path = tree.AliceHome + "/Contacts/c/a.vcf";
        var (fileTime, directoryTime) = (File.GetLastWriteTimeUtc(path), Directory.GetLastWriteTimeUtc(tree.AliceHome + "/Contacts/c"));
        tree.Write("example.org/alice/Contacts/c/swap", "y", fileTime);
        File.Move(tree.AliceHome + "/Contacts/c/swap", path, overwrite: true);
        Directory.SetLastWriteTimeUtc(tree.AliceHome + "/Contacts/c", directoryTime);
        string? after = (await MaildirTree.Folder(source, "Contacts/c")).Token;
        Assert.NotNull(after);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task Changes_elsewhere_leave_a_token_alone()
    {
        using var tree = Tree();
        await using var source = tree.Open();
        var before = await MaildirTree.Folders(source);
        tree.Mail("new/2");
        tree.Mail("tmp/3");
        tree.Mail("dovecot.index.log", "x");
        foreach (var folder in (await MaildirTree.Folders(source)).Where(f => f.Path != "INBOX"))
        {
            Assert.Equal(before.Single(f => f.Path == folder.Path).Token, folder.Token);
        }
    }

    [Theory]
    [InlineData("Maildir/cur", "INBOX")]
    [InlineData("Maildir/new", "INBOX")]
    [InlineData("Maildir/dovecot-keywords", "INBOX")]
    [InlineData("Contacts/c", "Contacts/c")]
    [InlineData("Contacts/c/a.vcf", "Contacts/c")]
    [InlineData("Files/plans/a.txt", "Files/plans")]
    public async Task What_changed_less_than_two_seconds_ago_has_no_token(string touched, string path)
    {
        using var tree = Tree();
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await using var source = tree.Open(clock: new FixedClock(now));
        tree.Age(DateTime.UtcNow - now.UtcDateTime.AddHours(-1));
        foreach (var (seconds, trusted) in new[] { (-2.1, true), (-1.9, false), (0, false), (3600, false) })
        {
            string full = tree.AliceHome + "/" + touched;
            if (Directory.Exists(full))
            {
                Directory.SetLastWriteTimeUtc(full, now.AddSeconds(seconds).UtcDateTime);
            }
            else
            {
                File.SetLastWriteTimeUtc(full, now.AddSeconds(seconds).UtcDateTime);
            }

            Assert.Equal(trusted, (await MaildirTree.Folder(source, path)).Token is not null);
        }
    }

    private static MaildirTree Tree()
    {
        var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1:2,");
        tree.Mail("dovecot-keywords", "0 Work\n");
        tree.Write("example.org/alice/Contacts/c/a.vcf", "x");
        tree.Write("example.org/alice/Files/plans/a.txt", "x");
        tree.Age();
        return tree;
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
