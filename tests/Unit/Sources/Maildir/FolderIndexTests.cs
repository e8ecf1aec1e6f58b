using MailBackup.Sources.Maildir;
using MailBackup.Sources.Maildir.Restoring;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Maildir;

[Collection(MemoryCollection.Name)]
public class FolderIndexTests
{
    private const int Names = 300_000;

    [Fact]
    public void Names_are_found_by_their_stable_part_the_latest_met_first()
    {
        using var tree = MaildirTree.WithAlice();
        foreach (string key in (string[])["cur/1.a,S=3:2,S", "new/1.b", "cur/1.c:2,FSab", "cur/1.d:extra:2,"])
        {
            tree.Mail(key);
        }

        var index = FolderIndex.Read(tree.AliceMail);
        Assert.Equal(["cur/1.a,S=3:2,S"], index.Find("1.a,S=3"));
        Assert.Equal(["new/1.b"], index.Find("1.b"));
        Assert.Equal(["cur/1.c:2,FSab"], index.Find("1.c"));
        Assert.Equal(["cur/1.d:extra:2,"], index.Find("1.d:extra"));
        Assert.Empty(index.Find("1.e"));
        index.Add("cur/1.b:2,S");
        index.Add("cur/1.b:2,T");
        Assert.Equal(["cur/1.b:2,T", "cur/1.b:2,S", "new/1.b"], index.Find("1.b"));
    }

    [Fact]
    public void A_large_folder_is_held_in_little_memory()
    {
        using var tree = MaildirTree.WithAlice();
        long bytes = MemoryCollection.BytesOf(() =>
        {
            var index = FolderIndex.Read(tree.AliceMail);
            for (int i = 0; i < Names; i++)
            {
                index.Add($"cur/{1_700_000_000 + i}.M{i}P4711V0000000000000802I{i:x16}_0.mail.example.com,S=12345:2,S");
            }

            Assert.Single(index.Find($"{1_700_000_000}.M0P4711V0000000000000802I{0:x16}_0.mail.example.com,S=12345"));
            return index;
        });
        Assert.InRange(bytes / Names, 0, 80);
    }

    [Fact]
    public void Names_that_were_made_up_are_held_in_little_memory()
    {
        long bytes = MemoryCollection.BytesOf(() =>
        {
            var given = new GivenNames();
            for (int i = 0; i < Names; i++)
            {
                Assert.Equal(0, given.Number("/var/mail/example.com/ann/Maildir", $"{1_700_000_000 + i}.R0123456789abcdef", $"17:{i}"));
            }

            Assert.Equal(1, given.Number("/var/mail/example.com/ann/Maildir", "1700000000.R0123456789abcdef", "17:x"));
            return given;
        });
        Assert.InRange(bytes / Names, 0, 80);
    }
}
