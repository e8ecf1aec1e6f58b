using System.IO.Compression;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Maildir;

namespace MailBackup.Tests.Sources.Maildir;

public class RestoreItemTests
{
    private static readonly RestoreFolder Inbox = new("INBOX", FolderKind.Mail, null, null);

    [Theory]
    [InlineData("cur/1700000000.M1P1.mx,S=12,W=13:2,FS", MessageFlags.Flagged | MessageFlags.Seen)]
    [InlineData("cur/1700000000.M1P1.mx:2,", MessageFlags.None)]
    [InlineData("cur/1700000000.M1P1.mx", MessageFlags.None)]
    [InlineData("new/1700000000.M1P1.mx", MessageFlags.None)]
    [InlineData("cur/1700000000.M1P1.mx:2,SX", MessageFlags.Seen)]
    public async Task A_message_gets_its_very_name_back(string key, MessageFlags flags)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var item = MaildirTree.Restorable("Subject: x\n\nbody\n", key, flags);
        var restored = await Restore(source, item);
        Assert.Equal((false, key, item.State.Date, null), (restored.AlreadyThere, restored.Key, restored.Date, restored.Note));
        Assert.Equal("Subject: x\n\nbody\n", await File.ReadAllTextAsync(tree.AliceMail + "/" + key));
        var listed = Assert.Single(await MaildirTree.Items(source));
        Assert.Equal((key, flags, item.State.Date), (listed.Key, listed.Flags, listed.Date));
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/tmp"));

        Assert.Equal(restored with { AlreadyThere = true }, await Restore(source, item));
        Assert.Single(await MaildirTree.Items(source));
    }

    [Theory]
    [InlineData("cur/1.mx:2,S", MessageFlags.Flagged, "cur/1.mx:2,F")]
    [InlineData("new/1.mx", MessageFlags.Seen, "cur/1.mx:2,S")]
    [InlineData("cur/1.mx:2,S", MessageFlags.None, "cur/1.mx:2,")]
    [InlineData("cur/1.mx,S=3:2,", MessageFlags.Draft | MessageFlags.Deleted, "cur/1.mx,S=3:2,DT")]
    public async Task Flags_are_those_of_the_state(string key, MessageFlags flags, string expected)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        Assert.Equal(expected, (await Restore(source, MaildirTree.Restorable("x", key, flags))).Key);
        Assert.True(File.Exists(tree.AliceMail + "/" + expected));
    }

    [Theory]
    [InlineData("cur/1:2,S")]
    [InlineData("cur/1:2,FS")]
    [InlineData("cur/1")]
    [InlineData("new/1")]
    public async Task The_same_content_under_other_flags_is_already_there(string there)
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail(there, "the mail");
        await using var source = tree.Open();
        var restored = await Restore(source, MaildirTree.Restorable("the mail", "cur/1:2,S", MessageFlags.Seen));
        Assert.Equal((true, there), (restored.AlreadyThere, restored.Key));
        Assert.Single(await MaildirTree.Items(source));
    }

    [Fact]
    public async Task The_same_content_compressed_by_the_server_is_already_there()
    {
        using var tree = MaildirTree.WithAlice();
        using (var gzip = new GZipStream(File.Create(tree.AliceMail + "/cur/1:2,S"), CompressionLevel.Optimal))
        {
            gzip.Write("the mail"u8);
        }

        await using var source = tree.Open();
        Assert.True((await Restore(source, MaildirTree.Restorable("the mail", "cur/1:2,S"))).AlreadyThere);
        Assert.False((await Restore(source, MaildirTree.Restorable("another", "cur/1:2,S"))).AlreadyThere);
    }

    [Fact]
    public async Task Other_content_under_the_name_stays_and_the_message_comes_beside_it()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1.mx,S=5:2,F", "other");
        await using var source = tree.Open();
        var item = MaildirTree.Restorable("mine!", "cur/1.mx,S=5:2,S", MessageFlags.Seen);
        var restored = await Restore(source, item);
        string digest = Convert.ToHexStringLower(item.State.Digest!.Value.ToArray());
        Assert.Equal((false, $"cur/1.mxR{digest[..8]},S=5:2,S"), (restored.AlreadyThere, restored.Key));
        Assert.Equal("other", await File.ReadAllTextAsync(tree.AliceMail + "/cur/1.mx,S=5:2,F"));
        Assert.Equal("mine!", await File.ReadAllTextAsync(tree.AliceMail + "/" + restored.Key));

        Assert.Equal(restored with { AlreadyThere = true }, await Restore(source, item));

        // Even the other name may be taken.
        await File.WriteAllTextAsync(tree.AliceMail + "/" + restored.Key, "squatter");
        Assert.Equal($"cur/1.mxR{digest[..16]},S=5:2,S", (await Restore(source, item)).Key);
        Assert.Equal("squatter", await File.ReadAllTextAsync(tree.AliceMail + "/" + restored.Key));
        Assert.Equal(3, Directory.GetFiles(tree.AliceMail + "/cur").Length);
    }

    [Fact]
    public async Task Items_of_one_batch_do_not_overwrite_each_other()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        var first = await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("first", "cur/1:2,S", MessageFlags.Seen), default);
        var again = await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("first", "new/1"), default);
        var second = await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("second", "cur/1:2,S", MessageFlags.Seen), default);
        await target.FlushAsync(null, default);
        Assert.Equal((true, first.Key), (again.AlreadyThere, again.Key));
        Assert.NotEqual(first.Key, second.Key);
        Assert.Equal("first", await File.ReadAllTextAsync(tree.AliceMail + "/" + first.Key));
        Assert.Equal("second", await File.ReadAllTextAsync(tree.AliceMail + "/" + second.Key));
    }

    [Fact]
    public async Task A_name_taken_before_the_flush_is_not_overwritten()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("mine", "cur/1:2,"), default);
        await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("same", "cur/2:2,"), default);
        tree.Mail("cur/1:2,", "theirs");
        tree.Mail("cur/2:2,", "same");
        await target.FlushAsync(null, default);
        Assert.Equal("theirs", await File.ReadAllTextAsync(tree.AliceMail + "/cur/1:2,"));
        Assert.Equal(["mine", "same", "theirs"], Directory.GetFiles(tree.AliceMail + "/cur").Select(File.ReadAllText).Order());
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/tmp"));
    }

    [Fact]
    public async Task A_folder_that_vanished_costs_the_account_that_restored_into_it_and_nobody_else()
    {
        const string Bob = "bob@example.org";
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Sent");
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        await target.EnsureAccountAsync(Bob, true, default);
        await target.RestoreItemAsync(MaildirTree.Alice, new RestoreFolder("Sent", FolderKind.Mail, ".Sent", null), MaildirTree.Restorable("lost", "cur/1:2,"), default);
        await target.RestoreItemAsync(Bob, Inbox, MaildirTree.Restorable("kept", "cur/2:2,"), default);
        Directory.Delete(tree.AliceMail + "/.Sent", recursive: true);

        await target.FlushAsync(Bob, default);
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(tree.Root, "example.org/bob/Maildir/cur/2:2,")));
        await Assert.ThrowsAsync<MailBackupException>(async () => await target.FlushAsync(MaildirTree.Alice, default));

        // Told once; what comes then is whole again.
        await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("later", "cur/3:2,"), default);
        await target.FlushAsync(MaildirTree.Alice, default);
        Assert.Equal("later", await File.ReadAllTextAsync(tree.AliceMail + "/cur/3:2,"));
    }

    [Fact]
    public async Task What_was_not_brought_to_the_disk_gets_no_name_at_a_later_flush()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("one", "cur/1:2,"), default);
        await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("two", "cur/2:2,"), default);
        File.Delete(Directory.GetFiles(tree.AliceMail + "/tmp").Order().Last());
        await Assert.ThrowsAsync<MailBackupException>(async () => await target.FlushAsync(MaildirTree.Alice, default));
        await target.FlushAsync(MaildirTree.Alice, default);
        Assert.Empty(Directory.GetFiles(tree.AliceMail + "/cur"));
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/tmp"));
    }

    [Fact]
    public async Task What_the_server_renames_between_two_items_is_still_known()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1:2,", "there");
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("other", "cur/2:2,"), default);
        File.Move(tree.AliceMail + "/cur/1:2,", tree.AliceMail + "/cur/1:2,S");
        await target.FlushAsync(MaildirTree.Alice, default);
        Assert.True((await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("there", "cur/1:2,"), default)).AlreadyThere);
        await target.FlushAsync(MaildirTree.Alice, default);
        Assert.Equal(["other", "there"], Directory.GetFiles(tree.AliceMail + "/cur").Select(File.ReadAllText).Order());
    }

    [Fact]
    public async Task Nothing_is_visible_in_the_folder_before_it_is_on_the_disk()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("x", "cur/1:2,"), default);
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/cur"));
        Assert.Single(MaildirTree.Names(tree.AliceMail + "/tmp"));
        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.Single(MaildirTree.Names(tree.AliceMail + "/cur"));
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/tmp"));
    }

    [Fact]
    public async Task Many_items_in_parallel_all_arrive()
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Sent");
        await using var source = tree.Open();
        await Parallel.ForAsync(0, 1500, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, token) =>
        {
            var folder = i % 2 == 0 ? Inbox : new RestoreFolder("Sent", FolderKind.Mail, ".Sent", null);
            await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder, MaildirTree.Restorable($"mail {i}", $"cur/{i}:2,"), token);
            if (i % 400 == 0)
            {
                await source.RestoreTarget!.FlushAsync(null, token);
            }
        });
        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.Equal(750, Directory.GetFiles(tree.AliceMail + "/cur").Length);
        Assert.Equal(750, Directory.GetFiles(tree.AliceMail + "/.Sent/cur").Length);
        Assert.All(Directory.GetFiles(tree.AliceMail + "/cur"), f => Assert.Equal("mail " + Path.GetFileName(f).Split(':')[0], File.ReadAllText(f)));
    }

    [Fact]
    public async Task Keyword_letters_are_those_of_the_folder_restored_into()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("dovecot-keywords", "0 Other\n3 work\n");
        File.SetLastWriteTimeUtc(tree.AliceMail + "/dovecot-keywords", DateTime.UtcNow.AddSeconds(5));
        await using var source = tree.Open();
        long before = new DateTimeOffset(File.GetLastWriteTimeUtc(tree.AliceMail + "/dovecot-keywords")).ToUnixTimeSeconds();
        var restored = await Restore(source, MaildirTree.Restorable("x", "cur/1:2,Sab", MessageFlags.Seen, null, "$New", "Work"));
        Assert.Equal(("cur/1:2,Sbd", null), (restored.Key, restored.Note));
        Assert.Equal("0 Other\n1 $New\n3 work\n", await File.ReadAllTextAsync(tree.AliceMail + "/dovecot-keywords"));
        Assert.True(new DateTimeOffset(File.GetLastWriteTimeUtc(tree.AliceMail + "/dovecot-keywords")).ToUnixTimeSeconds() > before);
        Assert.Equal(["cur", "dovecot-keywords", "new", "tmp"], MaildirTree.Names(tree.AliceMail));
        Assert.Equal(["$New", "work"], Assert.Single(await MaildirTree.Items(source)).Tags);

        // The letter a would mean another keyword here, so a message without keywords loses it.
        Assert.Equal("cur/2:2,", (await Restore(source, MaildirTree.Restorable("x", "cur/2:2,a"))).Key);
        Assert.Equal("cur/3:2,z", (await Restore(source, MaildirTree.Restorable("x", "cur/3:2,z"))).Key);
    }

    [Fact]
    public async Task Letters_that_mean_the_same_are_kept_exactly()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("dovecot-keywords", "0 A\n1 B\n");
        await using var source = tree.Open();
        Assert.Equal("cur/1:2,baS", (await Restore(source, MaildirTree.Restorable("x", "cur/1:2,baS", MessageFlags.Seen, null, "A", "B"))).Key);
    }

    [Fact]
    public async Task Keywords_beyond_the_alphabet_are_dropped_and_named()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("dovecot-keywords", string.Concat(Enumerable.Range(0, 25).Select(i => $"{i} K{i}\n")));
        await using var source = tree.Open();
        var restored = await Restore(source, MaildirTree.Restorable("x", "cur/1:2,", default, null, "K3", "Last", "TooMuch"));
        Assert.Equal("cur/1:2,dz", restored.Key);
        Assert.Contains("TooMuch", restored.Note, StringComparison.Ordinal);
        Assert.DoesNotContain("Last", restored.Note, StringComparison.Ordinal);
        Assert.Contains("broken key", (await Restore(source, MaildirTree.Restorable("y", "cur/2:2,", default, null, "broken key"))).Note, StringComparison.Ordinal);
        Assert.Equal(26, (await File.ReadAllLinesAsync(tree.AliceMail + "/dovecot-keywords")).Length);
    }

    [Fact]
    public async Task A_stale_lock_of_the_server_does_not_stop_a_restore()
    {
        using var tree = MaildirTree.WithAlice();
        File.SetLastWriteTimeUtc(tree.Mail("dovecot-keywords.lock", "x"), DateTime.UtcNow.AddMinutes(-3));
        await using var source = tree.Open();
        Assert.Equal("cur/1:2,a", (await Restore(source, MaildirTree.Restorable("x", "cur/1:2,", default, null, "Work"))).Key);
    }

    [Fact]
    public async Task A_lock_that_the_server_holds_is_waited_for()
    {
        using var tree = MaildirTree.WithAlice();
        string held = tree.Mail("dovecot-uidlist.lock", "x");
        await using var source = tree.Open();
        var restore = Restore(source, MaildirTree.Restorable("x", "cur/1:2,", default, null, "Work"));
        await Task.Delay(200);
        Assert.False(restore.IsCompleted);
        Assert.False(File.Exists(tree.AliceMail + "/dovecot-keywords"));
        File.Delete(held);
        Assert.Equal("cur/1:2,a", (await restore).Key);
        Assert.False(File.Exists(held));
    }

    [Fact]
    public async Task Equal_messages_of_one_second_that_come_from_elsewhere_stay_two()
    {
        using var tree = MaildirTree.WithAlice();
        for (int round = 0; round < 2; round++)
        {
            // Each round is a restore of its own: the second finds all of them there, in whatever order it comes.
            await using var source = tree.Open();
            var target = source.RestoreTarget!;
            foreach (string uid in round == 0 ? (string[])["7:1", "7:2", "7:3"] : ["7:3", "7:1", "7:2"])
            {
                var restored = await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("twin", uid, MessageFlags.Seen), default);
                Assert.Equal(round > 0, restored.AlreadyThere);
                var again = await target.RestoreItemAsync(MaildirTree.Alice, Inbox, MaildirTree.Restorable("twin", uid, MessageFlags.Seen), default);
                Assert.Equal((true, restored.Key), (again.AlreadyThere, again.Key));
            }

            await target.FlushAsync(null, default);
            Assert.Equal(3, Directory.GetFiles(tree.AliceMail + "/cur").Length);
        }
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("cur/../../../etc/x")]
    [InlineData("cur/")]
    [InlineData("cur/..")]
    [InlineData("cur/.hidden")]
    [InlineData("cur/a\nb")]
    [InlineData("tmp/x")]
    public async Task A_key_of_another_kind_of_server_gives_a_name_of_our_own(string key)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var item = MaildirTree.Restorable("x", key, MessageFlags.Seen);
        var restored = await Restore(source, item);
        Assert.Matches(@"^cur/\d+\.R[0-9a-f]{16}\.mailbackup:2,S$", restored.Key);
        Assert.Equal("x", await File.ReadAllTextAsync(tree.AliceMail + "/" + restored.Key));
        Assert.True((await Restore(source, item)).AlreadyThere);
        Assert.Equal(["alice"], MaildirTree.Names(tree.Root + "/example.org"));
    }

    [Fact]
    public async Task Into_a_folder_that_is_not_there_nothing_is_restored()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var error = await Assert.ThrowsAsync<MailBackupException>(async () => await source.RestoreTarget!.RestoreItemAsync(
            MaildirTree.Alice, new("Sent", FolderKind.Mail, null, null), MaildirTree.Restorable("x", "cur/1:2,"), default));
        Assert.Equal(ErrorIds.FolderNotFound, error.ErrorId);
        error = await Assert.ThrowsAsync<MailBackupException>(async () => await source.RestoreTarget!.RestoreItemAsync(
            "bob@example.org", Inbox, MaildirTree.Restorable("x", "cur/1:2,"), default));
        Assert.Equal(ErrorIds.SourceAccountNotFound, error.ErrorId);
    }

    [Fact]
    public async Task Content_that_breaks_off_leaves_nothing_behind()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var item = new RestoreItem(MaildirTree.Restorable("x", "cur/1:2,").State, _ => new(new BrokenStream()));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Restore(source, item));
        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/tmp"));
        Assert.Empty(MaildirTree.Names(tree.AliceMail + "/cur"));
    }

    [Fact]
    public async Task A_full_disk_says_so_and_leaves_nothing_behind()
    {
        if (!Environment.IsPrivilegedProcess || !TinyFileSystem.TryMount(out var mount))
        {
            return;
        }

        using (mount)
        {
            MaildirTree.MakeMailDirectory(mount.Path + "/example.org/alice/Maildir");
            await using var source = new MaildirSource(new SourceConfiguration { Maildir = mount.Path });
            var error = await Assert.ThrowsAsync<MailBackupException>(
                async () => await Restore(source, MaildirTree.Restorable(new byte[4_000_000], "cur/1:2,")));
            Assert.Equal(ErrorIds.ItemRestoreFailed, error.ErrorId);
            Assert.Contains("no space left", error.Problem, StringComparison.Ordinal);
            Assert.Empty(MaildirTree.Names(mount.Path + "/example.org/alice/Maildir/tmp"));
            Assert.False((await Restore(source, MaildirTree.Restorable("small", "cur/1:2,"))).AlreadyThere);
        }
    }

    private static async Task<RestoredItem> Restore(IMailSource source, RestoreItem item, RestoreFolder? folder = null)
    {
        var restored = await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder ?? Inbox, item, default);
        await source.RestoreTarget!.FlushAsync(null, default);
        return restored;
    }

    private sealed class BrokenStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ == 0 ? new(10) : throw new InvalidOperationException("gone");
    }
}
