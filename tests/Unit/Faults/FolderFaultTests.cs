using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Storage;

namespace MailBackup.Tests.Faults;

/// <summary>Scans that are killed between the transactions of one account's folders.</summary>
public class FolderFaultTests
{
    private const string Ann = "ann@example.com";
    private static readonly ScanOptions Options = new(Deep: false, AllowEmpty: true, 0, 0, 0) { BatchTransactions = 1 };

    /// <summary>New folders, and renamed ones: what the killed scan did not journal, the next one does.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_a_killed_scan_did_not_come_to_is_journaled_by_the_next(bool renamed)
    {
        bool struck = true;
        for (int at = 1; struck; at++)
        {
            using var store = new FaultyStore(new Random(7));
            var source = new MemorySource();
            source.Accounts[Ann] = [];
            source.AddFolder(Ann, "INBOX");
            Assert.True(await ScanAsync(store, source));
            Fill(source, "F");
            if (renamed)
            {
                Assert.True(await ScanAsync(store, source));
                source.Accounts[Ann].ForEach(f => f.Path = f.Path.Replace('F', 'G'));
            }

            store.Files.Set(Fault.Kill, at);
            await ScanAsync(store, source);
            struck = store.Files.Struck;
            store.Files.Restart();
            Assert.True(await ScanAsync(store, source));

            Assert.Empty(await store.CheckAsync());
            using var reader = store.Open();
            var listed = reader.Items.List(new ItemQuery { Type = ItemType.Message }).Select(i => $"{i.Folder} {i.Subject}");
            var expected = source.Accounts[Ann].SelectMany(f => f.Mails.Values.Select(m => $"{f.Path} {Changes.SubjectOf(m)}"));
            Assert.Equal(expected.Order(), listed.Order());
            var folders = reader.Items.List(new ItemQuery { Type = ItemType.Folder }).Select(i => i.Subject);
            Assert.Equal(source.Accounts[Ann].Select(f => f.Path).Order(), folders.Order());
        }
    }

    /// <summary>New keys of items are saved while folders are still being compared: a folder that is told as seen then would never be journaled.</summary>
    [Fact]
    public async Task A_new_folder_of_an_account_that_breaks_behind_it_is_journaled_by_the_next_scan()
    {
        using var store = new FaultyStore(new Random(7));
        var source = new MemorySource { Era = "1." };
        source.Accounts[Ann] = [];
        Fill(source, "A");
        Assert.True(await ScanAsync(store, source));
        Fill(source, "B");
        source.Era = "2.";
        source.Accounts[Ann].ForEach(f => f.Version++);
        source.BeforeItems = folder =>
        {
            if (folder == "B2")
            {
                throw new MailBackupException(ErrorIds.SourceUnreadable, "The connection is lost.", "Try again.", Ann);
            }
        };
        await ScanAsync(store, source);
        source.BeforeItems = null;
        Assert.True(await ScanAsync(store, source));

        using var reader = store.Open();
        var listed = reader.Items.List(new ItemQuery { Type = ItemType.Message }).Select(i => $"{i.Folder} {i.Subject}");
        Assert.Equal(source.Accounts[Ann].SelectMany(f => f.Mails.Values.Select(m => $"{f.Path} {Changes.SubjectOf(m)}")).Order(), listed.Order());
        Assert.Equal(source.Accounts[Ann].Select(f => f.Path).Order(), reader.Items.List(new ItemQuery { Type = ItemType.Folder }).Select(i => i.Subject).Order());
    }

    private static void Fill(MemorySource source, string prefix)
    {
        for (int i = 0; i < 4; i++)
        {
            var folder = source.AddFolder(Ann, $"{prefix}{i}");
            string name = source.NextName();
            source.Put(folder, new MemorySource.Mail(name, MemorySource.Message(name, 0, "Body\r\n"), MessageFlags.None, DateTimeOffset.UnixEpoch));
        }
    }

    private static Task<bool> ScanAsync(FaultyStore store, MemorySource source) =>
        store.RunAsync(sink => new SmartScan(store.Layout, source, new ScanRequest(), Options, sink).RunAsync(default));
}
