using System.IO.Compression;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources.Maildir;

public class ContentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100_000)]
    public async Task Plain_mail_is_given_byte_for_byte_with_its_length(int size)
    {
        using var tree = MaildirTree.WithAlice();
        var content = Content(size);
        tree.Write("example.org/alice/Maildir/cur/1:2,", content);
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source));
        foreach (int step in (int[])[1, 7, 16, 4096, 200_000])
        {
            await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source), item, default);
            Assert.Equal(size, opened!.Length);
            Assert.Same(item, opened.Item);
            if (size <= 100 || step > 16)
            {
                Assert.Equal(content, ReadInSteps(opened.Stream, step));
            }
        }
    }

    [Theory]
    [InlineData("BZh")]
    [InlineData("BZh9")]
    [InlineData("\x28\xB5")]
    [InlineData("Dovecot")]
    public async Task What_only_begins_as_a_compressed_mail_is_given_as_it_is(string text)
    {
        using var tree = MaildirTree.WithAlice();
        tree.Write("example.org/alice/Maildir/cur/1:2,", Encoding.Latin1.GetBytes(text));
        await using var source = tree.Open();
        await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source), Assert.Single(await MaildirTree.Items(source)), default);
        Assert.Equal(Encoding.Latin1.GetBytes(text), ReadInSteps(opened!.Stream, 7));
    }

    [Theory]
    [InlineData("1:2,S")]
    [InlineData("1,S=5000:2,S")]
    public async Task Compressed_mail_is_given_plain(string name)
    {
        using var tree = MaildirTree.WithAlice();
        var content = Content(5000);
        tree.Write("example.org/alice/Maildir/cur/" + name, Gzip(content));
        tree.Age();
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source));
        foreach (int step in (int[])[1, 7, 100_000])
        {
            await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source), item, default);
            Assert.Null(opened!.Length);
            Assert.Equal(content, ReadInSteps(opened.Stream, step));
            Assert.Same(item, opened.Item);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(300_000)]
    public async Task Compressed_mail_of_any_size_and_of_several_members_is_read_whole(int size)
    {
        using var tree = MaildirTree.WithAlice();
        var content = Content(size);
        byte[] several = [.. Gzip(content), .. Gzip(content)];
        tree.Write("example.org/alice/Maildir/cur/1:2,", Gzip(content));
        tree.Write("example.org/alice/Maildir/cur/2:2,", several);
        await using var source = tree.Open();
        foreach (var item in await MaildirTree.Items(source))
        {
            await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source), item, default);
            Assert.Equal(item.StableKey == "1" ? content : [.. content, .. content], ReadInSteps(opened!.Stream, 8192));
        }
    }

    [Fact]
    public async Task Compressed_mail_that_ends_too_early_is_an_error_wherever_it_ends()
    {
        using var tree = MaildirTree.WithAlice();
        var whole = Gzip(Content(3000));
        string path = tree.Mail("cur/1:2,");
        await using var source = tree.Open();
        var folder = await MaildirTree.Folder(source);
        var item = Assert.Single(await MaildirTree.Items(source));
        for (int length = 3; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            await using var opened = await source.OpenAsync(MaildirTree.Alice, folder, item, default);
            var error = Assert.Throws<ItemReadException>(() => ReadInSteps(opened!.Stream, 4096));
            Assert.Equal(path, error.Path);
            Assert.Equal(ErrorIds.ItemReadFailed, error.ErrorId);
        }
    }

    [Fact]
    public async Task Damaged_compressed_mail_never_gives_other_content()
    {
        using var tree = MaildirTree.WithAlice();
        var content = Content(3000);
        var whole = Gzip(content);
        string path = tree.Mail("cur/1:2,");
        await using var source = tree.Open();
        var folder = await MaildirTree.Folder(source);
        var item = Assert.Single(await MaildirTree.Items(source));
        int errors = 0;
        for (int at = 10; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x55;
            await File.WriteAllBytesAsync(path, damaged);
            await using var opened = await source.OpenAsync(MaildirTree.Alice, folder, item, default);
            try
            {
                Assert.Equal(content, ReadInSteps(opened!.Stream, 4096));
            }
            catch (ItemReadException)
            {
                errors++;
            }
        }

        Assert.InRange(errors, whole.Length - 30, whole.Length);
    }

    [Theory]
    [InlineData("bzip2", new byte[] { 0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 })]
    [InlineData("zstd", new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0 })]
    [InlineData("lz4", new byte[] { 0x04, 0x22, 0x4D, 0x18, 0 })]
    [InlineData("xz", new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0 })]
    public async Task Other_compression_is_named_in_the_error(string format, byte[] head)
    {
        using var tree = MaildirTree.WithAlice();
        tree.Write("example.org/alice/Maildir/cur/1:2,", head);
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source));
        var error = await Assert.ThrowsAsync<ItemReadException>(async () => await MaildirTree.Read(source, item));
        Assert.Contains(format, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compressed_document_is_left_as_it_is()
    {
        using var tree = MaildirTree.WithAlice();
        var archive = Gzip(Content(100));
        tree.Write("example.org/alice/Files/a.tar.gz", archive);
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source, "Files"));
        await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source, "Files"), item, default);
        Assert.Equal(archive, ReadInSteps(opened!.Stream, 4096));
        Assert.Equal(archive.Length, opened.Length);
    }

    [Theory]
    [InlineData("cur/1:2,FSa", MessageFlags.Flagged | MessageFlags.Seen, "Work")]
    [InlineData("new/1", MessageFlags.None, "")]
    [InlineData("cur/1", MessageFlags.None, "")]
    public async Task A_message_renamed_after_it_was_listed_is_found_again(string now, MessageFlags flags, string tags)
    {
        using var tree = MaildirTree.WithAlice();
        string path = tree.Mail("cur/1:2,", "the mail", new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source));
        tree.Mail("dovecot-keywords", "0 Work\n");
        File.Move(path, tree.AliceMail + "/" + now);
        await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source), item, default);
        Assert.Equal((now, "1", flags, tags), (opened!.Item.Key, opened.Item.StableKey, opened.Item.Flags, string.Join(' ', opened.Item.Tags)));
        Assert.Equal(item.Date, opened.Item.Date);
        Assert.Equal("the mail", Encoding.UTF8.GetString(ReadInSteps(opened.Stream, 100)));
    }

    [Fact]
    public async Task Renamed_again_and_again_it_is_still_found_and_gone_it_is_null()
    {
        using var tree = MaildirTree.WithAlice();
        string path = tree.Mail("new/1", "the mail");
        tree.Mail("new/2", "another");
        await using var source = tree.Open();
        var items = await MaildirTree.Items(source);
        var item = items.Single(i => i.StableKey == "1");
        foreach (string name in (string[])["cur/1:2,", "cur/1:2,S", "cur/1:2,RS", "new/1"])
        {
            File.Move(path, path = tree.AliceMail + "/" + name);
            Assert.Equal("the mail", await MaildirTree.Read(source, item));
        }

        File.Move(path, path = tree.AliceMail + "/cur/1:2,T");
        Assert.Equal("the mail", await MaildirTree.Read(source, item));
        File.Delete(path);
        Assert.Null(await MaildirTree.Read(source, item));
        Assert.Equal("another", await MaildirTree.Read(source, items.Single(i => i.StableKey == "2")));
    }

    [Fact]
    public async Task A_folder_gone_makes_its_items_gone_and_a_mailbox_gone_is_an_error()
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Sent");
        tree.Mail("cur/1:2,", folder: ".Sent");
        await using var source = tree.Open();
        var folder = await MaildirTree.Folder(source, "Sent");
        var item = Assert.Single(await MaildirTree.Items(source, "Sent"));
        Directory.Delete(tree.AliceMail + "/.Sent", recursive: true);
        Assert.Null(await source.OpenAsync(MaildirTree.Alice, folder, item, default));
        Directory.Delete(tree.AliceMail, recursive: true);
        var error = await Assert.ThrowsAsync<MailBackupException>(async () => await source.OpenAsync(MaildirTree.Alice, folder, item, default));
        Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
    }

    [Fact]
    public async Task A_message_that_has_become_something_else_is_an_error_and_nothing_waits()
    {
        using var tree = MaildirTree.WithAlice();
        string path = tree.Mail("cur/1:2,");
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source));
        File.Delete(path);
        MaildirTree.MakeFifo(path);
        await Assert.ThrowsAsync<ItemReadException>(() => MaildirTree.Read(source, item)).WaitAsync(TimeSpan.FromSeconds(10));
        File.Delete(path);
        File.CreateSymbolicLink(path, "/etc/passwd");
        await Assert.ThrowsAsync<ItemReadException>(() => MaildirTree.Read(source, item));
        File.Delete(path);
        Directory.CreateDirectory(path);
        await Assert.ThrowsAsync<ItemReadException>(() => MaildirTree.Read(source, item));
    }

    [Fact]
    public async Task What_changed_in_place_since_the_listing_is_told()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Write("example.org/alice/Contacts/c/a.vcf", "old", new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await using var source = tree.Open();
        var item = Assert.Single(await MaildirTree.Items(source, "Contacts/c"));
        var date = new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        tree.Write("example.org/alice/Contacts/c/a.vcf", "newer", date);
        await using var opened = await source.OpenAsync(MaildirTree.Alice, await MaildirTree.Folder(source, "Contacts/c"), item, default);
        Assert.Equal((new DateTimeOffset(date), 5, 5), (opened!.Item.Date, opened.Item.Size, opened.Length));
    }

    private static byte[] Content(int size)
    {
        var random = new Random(size);
        var bytes = new byte[size];
        for (int i = 0; i < size; i++)
        {
            bytes[i] = (byte)"Received: from mx by\n"[random.Next(21)];
        }

        return bytes;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return result.ToArray();
    }

    private static byte[] ReadInSteps(Stream stream, int step)
    {
        var all = new MemoryStream();
        var buffer = new byte[step];
        int n;
        while ((n = stream.Read(buffer)) > 0)
        {
            all.Write(buffer, 0, n);
        }

        Assert.Equal(0, stream.Read(buffer));
        return all.ToArray();
    }
}
