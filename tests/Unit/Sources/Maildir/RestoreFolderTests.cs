using System.Runtime.Versioning;
using System.Text;
using MailBackup.Sources;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Tests.Sources.Maildir;

[SupportedOSPlatform("linux")]
public class RestoreFolderTests
{
    private static readonly Dictionary<string, string> Subscribed = new() { ["subscribed"] = "1" };

    [Theory]
    [InlineData("Archive/2024/Ä & B", ".Archive.2024.&AMQ- &- B")]
    [InlineData("a.b", ".a&AC4-b")]
    [InlineData("..", ".&AC4ALg-")]
    [InlineData("../../../escape", ".&AC4ALg-.&AC4ALg-.&AC4ALg-.escape")]
    [InlineData("日本/😀", ".&ZeVnLA-.&2D3eAA-")]
    [InlineData("INBOX/Sub", ".INBOX.Sub")]
    public async Task A_mail_folder_is_made_and_comes_back_under_its_path(string path, string directory)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        Assert.True(await Ensure(source, path));
        Assert.False(await Ensure(source, path));
        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.Equal(["cur", "maildirfolder", "new", "tmp"], MaildirTree.Names(tree.AliceMail + "/" + directory));
        var paths = (await MaildirTree.Folders(source)).Select(f => f.Path).ToList();
        Assert.Contains(path, paths);
        Assert.Equal(2, paths.Count); // INBOX and this one: no parent is invented

        Assert.Equal(["example.org"], MaildirTree.Names(tree.Root));
    }

    [Theory]
    [InlineData("", FolderKind.Mail)]
    [InlineData("a//b", FolderKind.Mail)]
    [InlineData("/etc", FolderKind.Mail)]
    [InlineData("a\0b", FolderKind.Mail)]
    [InlineData("a\nb", FolderKind.Mail)]
    [InlineData("..", FolderKind.Files)]
    [InlineData("Files/../../x", FolderKind.Files)]
    [InlineData("Files/./x", FolderKind.Files)]
    [InlineData("Files/a\u0007", FolderKind.Files)]
    [InlineData("Contacts/..", FolderKind.Contacts)]
    [InlineData("Contacts/.hidden", FolderKind.Contacts)]
    [InlineData("..", FolderKind.Calendar)]
    public async Task A_path_that_would_lead_elsewhere_is_refused(string path, FolderKind kind)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var error = await Assert.ThrowsAsync<MailBackupException>(async () => await Ensure(source, path, kind));
        Assert.Equal(ErrorIds.ItemRestoreFailed, error.ErrorId);
        Assert.Equal(["Maildir"], MaildirTree.Names(tree.AliceHome));
    }

    [Fact]
    public Task Half_a_character_is_no_name() => A_path_that_would_lead_elsewhere_is_refused("half" + '\uD800', FolderKind.Mail);

    [Theory]
    [InlineData("../../bob/Maildir/.X", FolderKind.Mail, "X")]
    [InlineData(".X/../../y", FolderKind.Mail, "X")]
    [InlineData("Contacts/../../y", FolderKind.Contacts, "Contacts/c")]
    [InlineData("Files/../../../y", FolderKind.Files, "Files/y")]
    [InlineData("/etc", FolderKind.Files, "Files/y")]
    [InlineData(".Other", FolderKind.Mail, "X")]
    public async Task A_known_name_that_does_not_fit_the_path_is_not_used(string key, FolderKind kind, string path)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, new RestoreFolder(path, kind, key, null), default);
        Assert.Contains(await MaildirTree.Folders(source), f => f.Path == path);
        Assert.Equal(["example.org"], MaildirTree.Names(tree.Root));
        Assert.Equal(["alice"], MaildirTree.Names(tree.Root + "/example.org"));
    }

    [Theory]
    [InlineData(".Grüße", "Grüße")]
    [InlineData(".Grüße", "Grüße (2)")]
    [InlineData(".bad&name", "bad&name")]
    public async Task A_known_name_that_fits_is_used(string key, string path)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, new RestoreFolder(path, FolderKind.Mail, key, null), default);
        Assert.True(Directory.Exists(tree.AliceMail + "/" + key + "/cur"));
    }

    [Theory]
    [InlineData(null, "Archive.2024\n")]
    [InlineData("Sent\n", "Sent\nArchive.2024\n")]
    [InlineData("Sent", "Sent\nArchive.2024\n")]
    [InlineData("V\t2\n\nSent\n", "V\t2\n\nSent\nArchive\t2024\n")]
    [InlineData("Archive.2024\n", "Archive.2024\n")]
    public async Task A_new_folder_is_subscribed_when_the_old_one_was(string? before, string after)
    {
        using var tree = MaildirTree.WithAlice();
        if (before is not null)
        {
            tree.Mail("subscriptions", before);
        }

        await using var source = tree.Open();
        await Ensure(source, "Archive/2024", attributes: Subscribed);
        Assert.Equal(after, await File.ReadAllTextAsync(tree.AliceMail + "/subscriptions"));
        Assert.False(File.Exists(tree.AliceMail + "/subscriptions.lock"));
        Assert.Equal("1", (await MaildirTree.Folder(source, "Archive/2024")).Attributes?["subscribed"]);
    }

    [Fact]
    public async Task Attributes_of_a_folder_that_is_there_are_left_alone()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Write("example.org/alice/Contacts/c/displayname", "Mine");
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Sent");
        await using var source = tree.Open();
        Assert.False(await Ensure(source, "Sent", attributes: Subscribed));
        Assert.False(File.Exists(tree.AliceMail + "/subscriptions"));
        Assert.False(await Ensure(source, "Contacts/c", FolderKind.Contacts, new() { ["displayname"] = "Other", ["color"] = "#000000" }));
        Assert.Equal(["displayname"], MaildirTree.Names(tree.AliceHome + "/Contacts/c"));
        Assert.Equal("Mine", await File.ReadAllTextAsync(tree.AliceHome + "/Contacts/c/displayname"));
    }

    [Fact]
    public async Task Collections_and_documents_get_their_directories()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        Assert.True(await Ensure(source, "Contacts/personal", FolderKind.Contacts, new() { ["displayname"] = "Persönlich", ["evil/../x"] = "y" }));
        Assert.True(await Ensure(source, "work", FolderKind.Calendar));
        Assert.True(await Ensure(source, "Files/plans/2024", FolderKind.Files));
        Assert.Equal("Persönlich", (await MaildirTree.Folder(source, "Contacts/personal")).Attributes?["displayname"]);
        Assert.Equal(["displayname"], MaildirTree.Names(tree.AliceHome + "/Contacts/personal"));
        Assert.Equal(
            ["Calendars/work", "Contacts/personal", "Files", "Files/plans", "Files/plans/2024", "INBOX"],
            (await MaildirTree.Folders(source)).Select(f => f.Path));
    }

    [Fact]
    public async Task An_account_is_made_only_when_asked_for_and_as_its_neighbours_are()
    {
        using var tree = new MaildirTree();
        MaildirTree.MakeMailDirectory(tree.Root + "/example.net/flat");
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        var error = await Assert.ThrowsAsync<MailBackupException>(async () => await target.EnsureAccountAsync("new@example.net", false, default));
        Assert.Equal(ErrorIds.SourceAccountNotFound, error.ErrorId);
        await target.EnsureAccountAsync("new@example.net", true, default);
        await target.EnsureAccountAsync("new@example.net", false, default);
        Assert.Equal(["cur", "new", "tmp"], MaildirTree.Names(tree.Root + "/example.net/new"));
        Assert.Equal(["flat@example.net", "new@example.net"], await source.ListMailboxesAsync(default));
        foreach (string bad in (string[])["../x@example.net", "x@../y", "noaddress", "..@example.net"])
        {
            error = await Assert.ThrowsAsync<MailBackupException>(async () => await target.EnsureAccountAsync(bad, true, default));
            Assert.Equal(ErrorIds.SourceAccountNotFound, error.ErrorId);
        }

        Assert.Equal(["example.net"], MaildirTree.Names(tree.Root));
    }

    [Fact]
    public async Task In_an_empty_tree_the_nested_layout_is_used_and_the_mailbox_is_private()
    {
        using var tree = new MaildirTree();
        await using var source = tree.Open();
        await source.RestoreTarget!.EnsureAccountAsync("new@example.net", true, default);
        Assert.True(Directory.Exists(tree.Root + "/example.net/new/Maildir/cur"));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(tree.Root + "/example.net/new"));
        await source.RestoreTarget!.FlushAsync(null, default);
    }

    [Fact]
    public async Task A_mailbox_is_made_for_a_user_who_had_contacts_only()
    {
        using var tree = new MaildirTree();
        tree.Write("example.org/alice/Contacts/c/a.vcf", "x");
        await using var source = tree.Open();
        await source.RestoreTarget!.EnsureAccountAsync(MaildirTree.Alice, false, default);
        Assert.True(await Ensure(source, "INBOX"));
        Assert.True(await Ensure(source, "Sent"));
        Assert.Equal(["Contacts/c", "INBOX", "Sent"], (await MaildirTree.Folders(source)).Select(f => f.Path));
    }

    [Fact]
    public async Task Nothing_is_made_through_a_strangers_link()
    {
        using var tree = MaildirTree.WithAlice();
        Directory.CreateSymbolicLink(tree.AliceMail + "/.Evil", "/nonexistent-target");
        Directory.CreateSymbolicLink(tree.AliceHome + "/Files", "/nonexistent-target");
        await using var source = tree.Open();
        await Assert.ThrowsAsync<MailBackupException>(async () => await Ensure(source, "Evil"));
        await Assert.ThrowsAsync<MailBackupException>(async () => await Ensure(source, "Files/x", FolderKind.Files));
    }

    [Fact]
    public async Task What_root_makes_belongs_to_the_owner_of_the_mailbox()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        using var tree = MaildirTree.WithAlice();
        foreach (string path in (string[])[tree.AliceHome, tree.AliceMail, tree.AliceMail + "/cur", tree.AliceMail + "/new", tree.AliceMail + "/tmp"])
        {
            using var chown = System.Diagnostics.Process.Start("chown", ["5000:5001", path]);
            await chown.WaitForExitAsync();
            File.SetUnixFileMode(path, (UnixFileMode)0x1F8);
        }

        await using var source = tree.Open();
        await Ensure(source, "Archive/2024", attributes: Subscribed);
        await Ensure(source, "Contacts/c", FolderKind.Contacts);
        await source.RestoreTarget!.EnsureAccountAsync("bob@example.org", true, default);
        var folder = new RestoreFolder("Archive/2024", FolderKind.Mail, null, null);
        await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder, MaildirTree.Restorable("x", "cur/1:2,Sa", default, null, "Work"), default);
        await source.RestoreTarget!.FlushAsync(null, default);
        foreach (string path in Directory.EnumerateFileSystemEntries(tree.Root + "/example.org", "*", SearchOption.AllDirectories))
        {
            Assert.True(FileStatus.TryGet(path, out var status));
            Assert.Equal((5000u, 5001u), (status.User, status.Group));
            Assert.Equal(status.IsDirectory ? 0x1F8 : 0x1B0, status.Mode & 0xFFF);
        }
    }

    [Fact]
    public async Task The_first_mailboxes_of_a_tree_that_root_makes_at_once_all_belong_to_the_mail_user()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        using var tree = MaildirTree.WithAlice();
        using (var chown = System.Diagnostics.Process.Start("chown", ["5000:5001", tree.Root]))
        {
            await chown.WaitForExitAsync();
        }

        await using var source = tree.Open();
        for (int round = 0; round < 100; round++)
        {
            foreach (string domain in Directory.GetDirectories(tree.Root))
            {
                Directory.Delete(domain, recursive: true);
            }

            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(user => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    source.RestoreTarget!.EnsureAccountAsync($"user{user}@example.org", true, default).AsTask().Wait();
                },
                default,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            foreach (string path in Directory.EnumerateFileSystemEntries(tree.Root, "*", SearchOption.AllDirectories))
            {
                Assert.True(FileStatus.TryGet(path, out var status));
                Assert.True((status.User, status.Group) == (5000u, 5001u), path);
            }
        }
    }

    private static async Task<bool> Ensure(
        IMailSource source, string path, FolderKind kind = FolderKind.Mail, Dictionary<string, string>? attributes = null) =>
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, new RestoreFolder(path, kind, null, attributes), default);
}
