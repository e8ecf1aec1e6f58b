using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

/// <summary>Whole accounts and folders, and every kind of item in each of its versions.</summary>
public class WholeRestoreTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task A_whole_account_comes_back_after_its_mailbox_was_removed()
    {
        using var f = new NodeFixture();
        foreach (string folder in (string[])["", ".Sent", ".Archive", ".Archive.2024", ".Entw&APw-rfe", ".Empty"])
        {
            f.Server.Folder(Ann, folder);
            for (int i = 0; i < (folder == ".Empty" ? 0 : 7); i++)
            {
                f.Server.Deliver(Ann, folder, i % 2 == 0 ? "S" : "FRS", body: new string((char)('a' + i), i * 700));
            }
        }

        string user = Path.Combine(f.Server.Root, "example.com", "ann");
        Write(user, "Contacts/personal/one.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:One\r\nEND:VCARD\r\n");
        Write(user, "Calendars/team/meeting.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        Write(user, "Calendars/team/todo.ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:Sign\r\nEND:VTODO\r\nEND:VCALENDAR\r\n");
        Write(user, "Files/plans/2024/Lager ü.txt", "plan");
        f.Server.Deliver(Bob);
        f.Server.Settle();
        await f.ScanAsync();
        var before = f.Server.Snapshot();
        var directories = Directories(user);
        Directory.Delete(user, recursive: true);

        var report = await f.RestoreAsync(new RestoreRequest { Account = Ann });
        Assert.Equal((before.Count - 1L + 6 + 5, 0L, 0L), report.Counts()); // not Bob's; six folders of mail, five of contacts, calendars and files
        Assert.Equal(before, Without(f.Server.Snapshot(), "maildirfolder"));
        Assert.Equal(directories, Directories(user));
        await f.AssertNothingChangedAsync();
    }

    /// <summary>Mixed layouts, keywords, subscriptions, several kinds: what people try first.</summary>
    [Fact]
    public async Task The_sample_server_comes_back()
    {
        using var f = new NodeFixture();
        Directory.Delete(f.Server.Root);
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), f.Server.Root);
        await f.ScanAsync();
        string[] derived = ["maildirfolder", "dovecot-keywords", "subscriptions", "displayname", "color"];
        var before = Without(f.Server.Snapshot(), derived);
        var items = f.Items(type: null);
        foreach (string account in items.Select(i => i.Account).Distinct())
        {
            string user = Path.Combine(f.Server.Root, account.Split('@')[1], account.Split('@')[0]);
            if (account.EndsWith("@example.com", StringComparison.Ordinal))
            {
                Directory.Delete(user, recursive: true);
            }
            else
            {
                // Two layouts in one domain: a mailbox that is gone would be laid out as its neighbour is.
                Directory.GetFiles(user, "*", SearchOption.AllDirectories).Where(x => !derived.Contains(Path.GetFileName(x))).ToList().ForEach(File.Delete);
            }

            var report = await f.RestoreAsync(new RestoreRequest { Account = account });
            Assert.Equal(0, report.Unrestored);
        }

        // Letters of keywords are given out anew by each folder.
        Assert.Equal(Anonymous(before), Anonymous(Without(f.Server.Snapshot(), derived)));
        await f.AssertNothingChangedAsync();
        Assert.Equal(items.Select(Seen), f.Items(type: null).Select(Seen));

        static (string, ItemId, ItemType, string, string, MessageFlags, string, DateTimeOffset, Digest?) Seen(BackupItem i) =>
            (i.Account, i.Id, i.Type, i.Folder, i.Subject, i.Flags, string.Join(',', i.Tags), i.Date, i.Digest);
        static List<(string, string, DateTime)> Anonymous(SortedDictionary<string, (string Content, DateTime Modified)> files) =>
            [.. files.Select(x => (x.Key.Split(":2,")[0], x.Value.Content, x.Value.Modified)).OrderBy(x => x.Item1, StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("Contacts/personal/ann.vcf", ItemType.Contact, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nNOTE:{0}\r\nEND:VCARD\r\n")]
    [InlineData("Calendars/team/meeting.ics", ItemType.Appointment, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Meeting\r\nLOCATION:{0}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")]
    [InlineData("Calendars/team/todo.ics", ItemType.Task, "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:Sign\r\nLOCATION:{0}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")]
    [InlineData("Files/plans/store room.md", ItemType.Document, "version {0}")]
    public async Task Every_version_can_be_restored(string name, ItemType type, string text)
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string user = Path.Combine(f.Server.Root, "example.com", "ann");
        string path = Path.Combine(user, name);
        var moments = new List<DateTimeOffset>();
        for (int version = 1; version <= 3; version++)
        {
            Write(user, name, string.Format(null, text, version), version);
            f.Server.Settle();
            await f.ScanAsync();
            moments.Add(DateTimeOffset.UtcNow);
            await Task.Delay(5);
        }

        var item = f.Items(type: type).Single();
        Assert.Equal(3, f.Node.GetHistory(Ann, item.Id).Count);

        // Beside the version that is there.
        Assert.Equal(1, (await f.RestoreAsync(Restore(item) with { At = moments[0] })).Restored);
        Assert.Equal(string.Format(null, text, 3), File.ReadAllText(path));
        string beside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!), p => p != path);
        Assert.Equal(Path.GetExtension(path), Path.GetExtension(beside));
        Assert.Equal(string.Format(null, text, 1), File.ReadAllText(beside));
        File.Delete(beside);

        // In its own place once that is free.
        File.Delete(path);
        Assert.Equal(1, (await f.RestoreAsync(Restore(item) with { At = moments[1] })).Restored);
        Assert.Equal(string.Format(null, text, 2), File.ReadAllText(path));
        Assert.Equal(Moment(2), File.GetLastWriteTimeUtc(path));
        Assert.Equal((0L, 1L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(item.Id, f.Items(type: type).Single().Id);
    }

    [Fact]
    public async Task A_folder_comes_back_even_when_it_was_empty()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string folder = f.Server.Folder(Ann, ".Plans.2024");
        await f.ScanAsync();
        var item = f.Items(type: ItemType.Folder).Single(i => i.Folder == "Plans/2024");
        Directory.Delete(folder, recursive: true);

        Assert.Equal((1L, 0L, 0L), (await f.RestoreAsync(Restore(item))).Counts());
        Assert.True(Directory.Exists(Path.Combine(folder, "cur")));
        Assert.Equal((0L, 1L, 0L), (await f.RestoreAsync(Restore(item))).Counts());
    }

    private static RestoreRequest Restore(params BackupItem[] items) =>
        new() { Account = items[0].Account, Items = [.. items.Select(i => i.Id.Value)] };

    private static DateTime Moment(int version) => new(2024, 5, version, 12, 0, 0, DateTimeKind.Utc);

    private static void Write(string user, string name, string content, int version = 1)
    {
        string path = Path.Combine(user, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(content));
        File.SetLastWriteTimeUtc(path, Moment(version));
    }

    private static List<string> Directories(string root) =>
        [.. Directory.GetDirectories(root, "*", SearchOption.AllDirectories).Select(d => Path.GetRelativePath(root, d)).Order(StringComparer.Ordinal)];

    private static SortedDictionary<string, (string Content, DateTime Modified)> Without(
        SortedDictionary<string, (string Content, DateTime Modified)> files, params string[] names) =>
        new(files.Where(x => !names.Contains(Path.GetFileName(x.Key))).ToDictionary(x => x.Key, x => x.Value), StringComparer.Ordinal);
}
