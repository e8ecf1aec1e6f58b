using MailBackup.Sources;

namespace MailBackup.Tests.Sources.Maildir;

public class RestoreCollectionTests
{
    [Theory]
    [InlineData(FolderKind.Contacts, "Contacts/c", "ann.vcf", @"^annR[0-9a-f]{8}\.vcf$")]
    [InlineData(FolderKind.Calendar, "Calendars/c", "lunch.ics", @"^lunchR[0-9a-f]{8}\.ics$")]
    [InlineData(FolderKind.Files, "Files/c", "plan.tar.gz", @"^plan\.tar \(restored 2021-03-04 05\.06\.07\)\.gz$")]
    [InlineData(FolderKind.Files, "Files", "Größe", @"^Größe \(restored 2021-03-04 05\.06\.07\)$")]
    public async Task Files_get_their_names_back_and_nothing_is_overwritten(FolderKind kind, string path, string key, string variant)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var target = source.RestoreTarget!;
        var folder = new RestoreFolder(path, kind, path, null);
        await target.EnsureFolderAsync(MaildirTree.Alice, folder, default);
        var item = MaildirTree.Restorable("the content", key);
        Assert.Equal((false, key), await Restore(item));
        Assert.Equal((true, key), await Restore(item));
        var listed = Assert.Single(await MaildirTree.Items(source, path));
        Assert.Equal((key, item.State.Date), (listed.Key, listed.Date));

        var other = MaildirTree.Restorable("other content", key);
        var (there, name) = await Restore(other);
        Assert.False(there);
        Assert.Matches(variant, name);
        Assert.Equal((true, name), await Restore(other));
        var third = await Restore(MaildirTree.Restorable("third content", key));
        Assert.False(third.AlreadyThere);
        string directory = tree.AliceHome + "/" + path + "/";
        Assert.Equal("the content", await File.ReadAllTextAsync(directory + key));
        Assert.Equal("other content", await File.ReadAllTextAsync(directory + name));
        Assert.Equal("third content", await File.ReadAllTextAsync(directory + third.Key));
        Assert.Equal(3, Directory.GetFiles(directory).Length);

        async Task<(bool AlreadyThere, string Key)> Restore(RestoreItem what)
        {
            var restored = await target.RestoreItemAsync(MaildirTree.Alice, folder, what, default);
            await target.FlushAsync(null, default);
            return (restored.AlreadyThere, restored.Key);
        }
    }

    [Theory]
    [InlineData(FolderKind.Contacts, "Contacts/c", "../../x.vcf", @"^[0-9a-f]{16}\.vcf$")]
    [InlineData(FolderKind.Contacts, "Contacts/c", "", @"^[0-9a-f]{16}\.vcf$")]
    [InlineData(FolderKind.Calendar, "Calendars/c", "no-extension", @"^[0-9a-f]{16}\.ics$")]
    [InlineData(FolderKind.Files, "Files", "a/b", "^[0-9a-f]{16}$")]
    [InlineData(FolderKind.Files, "Files", ".mailbackup-1", "^[0-9a-f]{16}$")]
    [InlineData(FolderKind.Files, "Files", "..", "^[0-9a-f]{16}$")]
    public async Task A_name_that_cannot_be_used_is_replaced(FolderKind kind, string path, string key, string expected)
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var folder = new RestoreFolder(path, kind, null, null);
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, folder, default);
        var restored = await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder, MaildirTree.Restorable("x", key), default);
        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.Matches(expected, restored.Key);
        Assert.Equal(restored.Key, Assert.Single(await MaildirTree.Items(source, path)).Key);
    }

    [Fact]
    public async Task A_document_without_a_name_of_its_own_takes_the_one_in_the_backup()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var folder = new RestoreFolder("Files", FolderKind.Files, null, null);
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, folder, default);
        var item = MaildirTree.Restorable("x", "");
        item = item with { State = item.State with { Subject = "Offer.pdf" } };
        Assert.Equal("Offer.pdf", (await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder, item, default)).Key);
    }

    [Fact]
    public async Task A_long_name_is_cut_to_make_room_for_the_mark()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var folder = new RestoreFolder("Files", FolderKind.Files, null, null);
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, folder, default);
        string name = new string('ü', 124) + ".txt";
        tree.Write("example.org/alice/Files/" + name, "there");
        var restored = await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder, MaildirTree.Restorable("x", name), default);
        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.EndsWith(".txt", restored.Key, StringComparison.Ordinal);
        Assert.Equal("x", await File.ReadAllTextAsync(tree.AliceHome + "/Files/" + restored.Key));
    }

    [Fact]
    public async Task A_link_under_the_name_is_not_written_through()
    {
        using var tree = MaildirTree.WithAlice();
        await using var source = tree.Open();
        var folder = new RestoreFolder("Files", FolderKind.Files, null, null);
        await source.RestoreTarget!.EnsureFolderAsync(MaildirTree.Alice, folder, default);
        string outside = tree.Write("outside.txt", "mine");
        File.CreateSymbolicLink(tree.AliceHome + "/Files/a.txt", outside);
        File.CreateSymbolicLink(tree.AliceHome + "/Files/b.txt", "/nonexistent");
        foreach (string key in (string[])["a.txt", "b.txt"])
        {
            var restored = await source.RestoreTarget!.RestoreItemAsync(MaildirTree.Alice, folder, MaildirTree.Restorable("x", key), default);
            Assert.NotEqual(key, restored.Key);
        }

        await source.RestoreTarget!.FlushAsync(null, default);
        Assert.Equal("mine", await File.ReadAllTextAsync(outside));
        Assert.False(File.Exists("/nonexistent"));
        Assert.Equal(2, (await MaildirTree.Items(source, "Files")).Count);
    }
}
