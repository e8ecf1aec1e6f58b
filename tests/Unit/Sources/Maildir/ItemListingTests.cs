using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources.Maildir;

public class ItemListingTests
{
    [Theory]
    [InlineData("cur/1.a.mx,S=120,W=130:2,FSab", "1.a.mx,S=120,W=130", MessageFlags.Flagged | MessageFlags.Seen, "$Label1 NonJunk", 120)]
    [InlineData("cur/1.a.mx,W=130,S=7:2,DPRT", "1.a.mx,W=130,S=7", MessageFlags.Draft | MessageFlags.Forwarded | MessageFlags.Answered | MessageFlags.Deleted, "", 7)]
    [InlineData("cur/1.a.mx:2,z", "1.a.mx", MessageFlags.None, "", 5)]
    [InlineData("cur/1.a.mx:2,S,extra=T", "1.a.mx", MessageFlags.Seen, "", 5)]
    [InlineData("cur/1.a.mx:1,S", "1.a.mx", MessageFlags.None, "", 5)]
    [InlineData("cur/1.a.mx,S=abc", "1.a.mx,S=abc", MessageFlags.None, "", 5)]
    [InlineData("new/1.a.mx,S=120", "1.a.mx,S=120", MessageFlags.None, "", 120)]
    [InlineData("cur/Größe:2,S", "Größe", MessageFlags.Seen, "", 5)]
    public async Task A_file_name_says_what_a_message_is(string key, string stable, MessageFlags flags, string tags, long size)
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("dovecot-keywords", "0 NonJunk\n1 $Label1\n27 TooFar\nx broken\n3\n4 \n");
        var date = new DateTime(2019, 5, 6, 7, 8, 9, DateTimeKind.Utc).AddTicks(7654321);
        tree.Mail(key, "12345", date);
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source));
        Assert.Equal((stable, key, flags, size), (item.StableKey, item.Key, item.Flags, item.Size));
        Assert.Equal(tags, string.Join(' ', item.Tags));
        Assert.Equal(new DateTimeOffset(date), item.Date);
    }

    [Fact]
    public async Task Dates_before_1970_are_dates()
    {
        using var tree = MaildirTree.WithAlice();
        var date = new DateTime(1969, 12, 31, 23, 59, 58, DateTimeKind.Utc).AddTicks(1);
        tree.Mail("cur/1:2,", "x", date);
        await using var source = tree.Open();
        Assert.Equal(new DateTimeOffset(date), Assert.Single(await MaildirTree.Items(source)).Date);
    }

    [Fact]
    public async Task Keywords_are_those_of_the_folder()
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Work");
        tree.Mail("dovecot-keywords", "0 Inbox\n");
        tree.Mail("dovecot-keywords", "0 Work\n", folder: ".Work");
        tree.Mail("cur/1:2,a");
        tree.Mail("cur/1:2,a", folder: ".Work");
        await using var source = tree.Open();
        Assert.Equal("Inbox", Assert.Single(Assert.Single(await MaildirTree.Items(source)).Tags));
        Assert.Equal("Work", Assert.Single(Assert.Single(await MaildirTree.Items(source, "Work")).Tags));
    }

    [Fact]
    public async Task What_is_no_message_is_not_listed()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1:2,S");
        tree.Mail("cur/.DS_Store");
        tree.Mail("tmp/2");
        Directory.CreateDirectory(tree.AliceMail + "/cur/directory:2,");
        File.CreateSymbolicLink(tree.AliceMail + "/cur/link:2,", "/etc/passwd");
        MaildirTree.MakeFifo(tree.AliceMail + "/cur/fifo:2,");
        await using var source = tree.Open();
        Assert.Equal("1", Assert.Single(await MaildirTree.Items(source)).StableKey);
    }

    [Fact]
    public async Task A_folder_that_has_gone_is_an_error_and_not_empty()
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Sent");
        tree.Write("example.org/alice/Contacts/c/a.vcf", "x");
        await using var source = tree.Open();
        foreach (var (path, directory) in new[] { ("Sent", tree.AliceMail + "/.Sent"), ("Contacts/c", tree.AliceHome + "/Contacts/c") })
        {
            var folder = await MaildirTree.Folder(source, path);
            Directory.Delete(directory, recursive: true);
            var error = await Assert.ThrowsAsync<MailBackupException>(async () =>
            {
                await foreach (var _ in source.ListItemsAsync(MaildirTree.Alice, folder, default))
                {
                }
            });
            Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        }
    }

    [Fact]
    public async Task A_folder_without_new_is_listed()
    {
        using var tree = MaildirTree.WithAlice();
        Directory.Delete(tree.AliceMail + "/new");
        tree.Mail("cur/1:2,");
        await using var source = tree.Open();
        Assert.Single(await MaildirTree.Items(source));
    }

    [Fact]
    public async Task Two_files_of_one_stable_name_are_two_items()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1:2,", "first");
        tree.Mail("cur/1:2,S", "second");
        tree.Mail("new/1", "third");
        tree.Age();
        await using var source = tree.Open();
        var items = await MaildirTree.Items(source);
        Assert.Equal(3, items.Select(i => i.StableKey).Distinct().Count());
        Assert.Contains(items, i => i.StableKey == "1");
        var contents = new List<string?>();
        foreach (var item in items)
        {
            contents.Add(await MaildirTree.Read(source, item));
        }

        Assert.Equal(["first", "second", "third"], contents.Order());
        Assert.Equal(items.Select(i => (i.Key, i.StableKey)), (await MaildirTree.Items(source)).Select(i => (i.Key, i.StableKey)));
    }

    [Fact]
    public async Task A_message_that_moves_while_the_folder_is_listed_is_listed_once()
    {
        using var tree = MaildirTree.WithAlice();
        for (int i = 0; i < 40; i++)
        {
            tree.Mail($"new/{i}.a", $"mail {i}");
        }

        tree.Age();
        await using var source = tree.Open();
        var folder = await MaildirTree.Folder(source);
        var items = new List<SourceItem>();
        await foreach (var item in source.ListItemsAsync(MaildirTree.Alice, folder, default))
        {
            if (items.Count == 0)
            {
                // A client opens the mailbox: everything goes to cur, and a new message comes.
                foreach (string file in Directory.GetFiles(tree.AliceMail + "/new"))
                {
                    File.Move(file, tree.AliceMail + "/cur/" + Path.GetFileName(file) + ":2,S");
                }

                tree.Mail("new/late", "late");
            }

            items.Add(item);
        }

        Assert.Equal(41, items.Count);
        Assert.Equal(41, items.Select(i => i.StableKey).Distinct().Count());
        foreach (var item in items)
        {
            Assert.NotNull(await MaildirTree.Read(source, item));
        }
    }

    [Fact]
    public async Task A_message_renamed_in_its_directory_while_that_is_listed_is_not_missed()
    {
        using var tree = MaildirTree.WithAlice();
        for (int i = 0; i < 40; i++)
        {
            tree.Mail($"cur/{i}.a:2,", $"mail {i}");
        }

        tree.Age();
        await using var source = tree.Open();
        var items = new List<SourceItem>();
        await foreach (var item in source.ListItemsAsync(MaildirTree.Alice, await MaildirTree.Folder(source), default))
        {
            // Every flag changes after the names have been read and before the files have been looked at.
            foreach (string file in items.Count == 0 ? Directory.GetFiles(tree.AliceMail + "/cur") : [])
            {
                File.Move(file, file + "S");
            }

            items.Add(item);
        }

        Assert.Equal(40, items.Count);
        Assert.Equal(40, items.Select(i => i.StableKey).Distinct().Count());
    }

    [Fact]
    public async Task A_hundred_thousand_messages_are_listed_each_once()
    {
        const int Count = 100_000;
        using var tree = MaildirTree.WithAlice(inMemory: true);
        for (int i = 0; i < Count; i++)
        {
            File.Create($"{tree.AliceMail}/cur/{1_600_000_000 + i}.M{i}P1.mx,S={i}:2,S", 1).Dispose();
        }

        await using var source = tree.Open();
        var seen = new bool[Count];
        await foreach (var item in source.ListItemsAsync(MaildirTree.Alice, await MaildirTree.Folder(source), default))
        {
            Assert.Equal($"{1_600_000_000 + item.Size}.M{item.Size}P1.mx,S={item.Size}", item.StableKey);
            Assert.False(seen[item.Size]);
            seen[item.Size] = true;
        }

        Assert.DoesNotContain(false, seen);
    }

    [Fact]
    public async Task Listing_can_be_cancelled()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1:2,");
        tree.Mail("cur/2:2,");
        await using var source = tree.Open();
        var folder = await MaildirTree.Folder(source);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in source.ListItemsAsync(MaildirTree.Alice, folder, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
    }
}
