using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public class CatalogTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task Made_anew_it_equals_the_one_that_was_kept()
    {
        using var f = await WithHistoryAsync();
        var kept = f.DumpCatalog();
        Assert.True(kept.Count(l => l.StartsWith("state|", StringComparison.Ordinal)) > 60);
        Directory.Delete(f.Layout.State, recursive: true);
        f.Reopen();
        Assert.Equal(kept, f.DumpCatalog());
        await f.AssertCoherentAsync();
        await f.AssertNothingChangedAsync();
        Assert.Equal(kept, f.DumpCatalog());
    }

    /// <summary>
    /// Without order between the pages of its log, a power failure may leave some of a commit and not others, and SQLite cannot tell: a place in a journal that is ahead of
    /// the rows. Once a checkpoint, the order is what SQLite's NORMAL makes of it.
    /// </summary>
    [Fact]
    public void Its_pages_reach_the_disk_in_an_order_that_keeps_it_whole()
    {
        using var folder = new TempFolder();
        using var catalog = Catalog.OpenOrCreate(new BackupLayout(folder.Path));
        using var db = catalog.Connect();
        Assert.Equal(1, db.Scalar("PRAGMA synchronous"));
    }

    /// <summary>What the device or the system does not give out of one account costs that account, whether the catalog had read it before or not.</summary>
    [Theory]
    [InlineData("account_stat", false)]
    [InlineData("account_stat", true)]
    [InlineData("journal/000001.jsonl", false)]
    [InlineData("journal/000001.jsonl", true)]
    public async Task Files_of_one_account_that_cannot_be_read_cost_that_account(string file, bool wasRead)
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        string path = Path.Combine(f.Layout.Account(f.Node.GetAccounts().Single(a => a.Name == Ann).Id), file);
        f.Node.Dispose();
        if (!wasRead)
        {
            Directory.Delete(f.Layout.State, recursive: true);
        }

        MakeUnreadable(path);
        f.Reopen();
        Assert.Equal([Ann, Bob], f.Node.GetAccounts().Select(a => a.Name));
        Assert.NotEmpty(f.Content(f.Items().Single(i => i.Account == Bob)));
        Assert.Equal(wasRead || file == "account_stat", f.Items().Exists(i => i.Account == Ann));
        if (wasRead && file != "account_stat")
        {
            Assert.Equal(ErrorIds.JournalDamaged, Assert.Throws<MailBackupException>(() => f.Content(f.Items().Single(i => i.Account == Ann))).ErrorId);
        }

        f.Server.Deliver(Bob, subject: "After");
        f.Server.Deliver(Ann, subject: "After");
        var scan = await f.RunAsync(new ScanRequest { Accounts = [Bob] });
        Assert.True(scan.State == OperationState.Completed, scan.Error);
        if (file != "account_stat")
        {
            scan = await f.RunAsync(new ScanRequest());
            Assert.Equal(OperationState.CompletedWithErrors, scan.State);
            Assert.Equal((ErrorIds.JournalDamaged, Ann), (Assert.Single(scan.Report!.Troubles).ErrorId, scan.Report.Troubles[0].Account));
        }

        MakeReadable(path);
        await f.ScanAsync();
        await f.AssertCoherentAsync();
        Assert.Equal(4, f.Items().Count);
    }

    /// <summary>An account of which nothing gives the address: its mailbox must not be taken for a new one's, or it would have two histories.</summary>
    [Fact]
    public async Task An_account_whose_address_cannot_be_read_gets_no_second_history()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        var id = f.Node.GetAccounts().Single(a => a.Name == Ann).Id;
        string[] files = [f.Layout.AccountStat(id), f.Layout.AccountInfo(id).Segment(1)];
        f.Node.Dispose();
        Array.ForEach(files, MakeUnreadable);
        f.Reopen();
        f.Server.Deliver(Ann, subject: "After");
        f.Server.Deliver(Bob, subject: "After");
        for (int i = 0; i < 2; i++)
        {
            var scan = await f.RunAsync(new ScanRequest());
            Assert.True(scan.State == OperationState.CompletedWithErrors, scan.Error);
            Assert.Equal((ErrorIds.JournalDamaged, Ann), (Assert.Single(scan.Report!.Troubles).ErrorId, scan.Report.Troubles[0].Account));
            Assert.Equal(2, f.Items().Count(m => m.Account == Bob));
        }

        Assert.Equal(ErrorIds.JournalDamaged, Assert.Throws<MailBackupException>(() => f.Node.GetAccounts()).ErrorId);
        Array.ForEach(files, MakeReadable);
        f.Reopen();
        Assert.Equal((1L, 0L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(id, f.Node.GetAccounts().Single(a => a.Name == Ann).Id);
        await f.AssertCoherentAsync();
        Assert.Equal(4, f.Items().Count);
    }

    /// <summary>Killed, or still at it: the schema is there, and not a row.</summary>
    [Fact]
    public async Task One_that_is_being_made_anew_is_waited_for()
    {
        using var f = new NodeFixture();
        Deliver(f, 20);
        await f.ScanAsync();
        f.Node.Dispose();
        Catalog.Delete(f.Layout);
        var writer = WriterLock.TryAcquire(f.Layout.WriterLock)!;
        Catalog.OpenOrCreate(f.Layout).Dispose();
        f.Reopen();
        var listed = Task.Run(() => f.Items().Count);
        Assert.NotSame(listed, await Task.WhenAny(listed, Task.Delay(1000)));
        writer.Dispose();
        Assert.Equal(20, await listed);

        // Nor is it mistaken for one that has followed when nobody has the lock any more.
        f.Node.Dispose();
        Catalog.Delete(f.Layout);
        Catalog.OpenOrCreate(f.Layout).Dispose();
        f.Reopen();
        Assert.Equal(20, f.Items().Count);
    }

    [Fact]
    public async Task One_that_is_behind_catches_up()
    {
        using var f = new NodeFixture();
        Deliver(f, 20);
        await f.ScanAsync();
        Mark(f);
        f.Node.Dispose();
        Copies.CopyFolder(f.Layout.State, f["old state"]);

        await ChangeAsync(f);
        var kept = f.DumpCatalog();
        var items = f.Items(ItemSelection.All, type: null);
        f.Node.Dispose();
        Copies.WriteBack(f["old state"], f.Layout.State);

        f.Reopen();
        Assert.Equal(items, f.Items(ItemSelection.All, type: null), ItemComparer);
        Assert.Equal(kept, f.DumpCatalog());
        Assert.True(IsMarked(f), "It was made anew instead.");
    }

    /// <summary>Where the garbage lies, as a fraction of the file, and who meets it first.</summary>
    [Theory]
    [InlineData(0.0, true)]
    [InlineData(0.0, false)]
    [InlineData(0.2, true)]
    [InlineData(0.2, false)]
    [InlineData(0.5, true)]
    [InlineData(0.5, false)]
    [InlineData(0.8, true)]
    [InlineData(0.8, false)]
    [InlineData(1.0, true)]
    [InlineData(1.0, false)]
    public async Task A_damaged_one_is_made_anew(double place, bool readFirst)
    {
        using var f = await WithHistoryAsync();
        var kept = f.DumpCatalog();
        var items = f.Items(ItemSelection.All, type: null);
        f.Node.Dispose();
        const int Page = 8192;
        using (var file = new FileStream(f.Layout.Catalog, FileMode.Open, FileAccess.ReadWrite))
        {
            long pages = file.Length / Page;
            Assert.True(pages > 5);
            file.Position = Math.Min((long)(place * pages), pages - 1) * Page;
            file.Write(Enumerable.Repeat((byte)0xAA, Page).ToArray());
        }

        f.Reopen();
        if (readFirst)
        {
            Assert.Equal(items, f.Items(ItemSelection.All, type: null), ItemComparer);
            Assert.All(f.Items(), i => Assert.NotEmpty(f.Content(i)));
        }

        Assert.Equal((0L, 0L, 0L), (await f.ScanAsync(new ScanRequest { Deep = true })).Changes());
        await f.AssertCoherentAsync();
        Assert.Equal(items, f.Items(ItemSelection.All, type: null), ItemComparer);
        Assert.Equal(kept, f.DumpCatalog());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(8192)]
    [InlineData(20_000)]
    public async Task A_truncated_one_is_made_anew(int length)
    {
        using var f = await WithHistoryAsync();
        var kept = f.DumpCatalog();
        f.Node.Dispose();
        using (var file = new FileStream(f.Layout.Catalog, FileMode.Open, FileAccess.ReadWrite))
        {
            file.SetLength(length);
        }

        f.Reopen();
        Assert.NotEmpty(f.Items(ItemSelection.All));
        await f.AssertCoherentAsync();
        Assert.Equal(kept, f.DumpCatalog());
    }

    [Fact]
    public async Task A_copied_backup_path_works_and_equals()
    {
        using var f = await WithHistoryAsync();
        Copies.CopyFolder(f.BackupPath, f["copy"]);
        using var copy = BackupNode.Open(f["copy"], f.Options);
        var items = f.Items(ItemSelection.All, type: null);
        Assert.Equal(items, [.. copy.GetItems(new ItemQuery { Selection = ItemSelection.All })], ItemComparer);
        foreach (var item in f.Items())
        {
            using var content = copy.OpenContent(item.Account, item.Id);
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            Assert.Equal(f.Content(item), bytes.ToArray());
        }

        var check = await copy.RunAsync(copy.Submit(new CheckRequest()), null, default);
        Assert.Equal((OperationState.Completed, 0L), (check.State, check.Report!.Errors));
        f.Server.Deliver(Ann, subject: "In the copy only");
        var scan = await copy.RunAsync(copy.Submit(new ScanRequest()), null, default);
        Assert.Equal((1L, 0L, 0L), scan.Report!.Changes());
        Assert.Equal(items, f.Items(ItemSelection.All, type: null), ItemComparer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Older_journals_under_a_newer_catalog_are_noticed(bool journalsOnly)
    {
        using var f = new NodeFixture();
        Deliver(f, 20);
        f.Server.Settle();
        await f.ScanAsync();
        var before = f.Items(ItemSelection.All, type: null);
        Copies.CopyFolder(f.Layout.Accounts, f["old accounts"]);
        await ChangeAsync(f);
        f.Server.Settle();
        await f.ScanAsync();
        var changed = Living(f);

        if (!journalsOnly)
        {
            Directory.Delete(f.Layout.Accounts, recursive: true);
            Copies.CopyFolder(f["old accounts"], f.Layout.Accounts);
        }

        foreach (string account in journalsOnly ? Directory.GetDirectories(f["old accounts"]) : [])
        {
            string target = Path.Combine(f.Layout.Accounts, Path.GetFileName(account), "journal");
            Directory.Delete(target, recursive: true);
            Copies.CopyFolder(Path.Combine(account, "journal"), target);
        }

        f.Reopen();
        if (journalsOnly)
        {
            var check = await f.RunAsync(new CheckRequest());
            Assert.Equal(OperationState.CompletedWithErrors, check.State);
            Assert.All(check.Report!.Troubles, t => Assert.Equal(ErrorIds.JournalDamaged, t.ErrorId));
        }

        Assert.Equal(before, f.Items(ItemSelection.All, type: null).Where(i => i.Account is Ann or Bob), ItemComparer);
        var seen = f.DumpCatalog();
        Directory.Delete(f.Layout.State, recursive: true);
        Assert.Equal(seen, f.DumpCatalog());
        Assert.NotEqual((0L, 0L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(changed, Living(f));
        await f.AssertCoherentAsync();
        await f.AssertNothingChangedAsync();
    }

    /// <summary>Nothing has changed on the server, so no folder would be listed: the journals themselves must say it.</summary>
    [Fact]
    public async Task Lost_lines_are_noticed_by_a_scan_that_finds_nothing_changed()
    {
        using var f = new NodeFixture();
        Deliver(f, 20);
        f.Server.Settle();
        await f.ScanAsync();
        await f.AssertNothingChangedAsync();
        var journal = f.Layout.ItemJournal(f.Node.GetAccounts()[0].Id).Segment(1);
        byte[] whole = File.ReadAllBytes(journal);

        // In the middle of a line: no crash leaves that of what was reported, so a repair has to be asked for.
        int middle = whole[(whole.Length / 2) - 1] == '\n' ? (whole.Length / 2) - 1 : whole.Length / 2;
        File.WriteAllBytes(journal, whole[..middle]);
        f.Reopen();
        var operation = await f.RunAsync(new ScanRequest());
        Assert.Equal((OperationState.CompletedWithErrors, ErrorIds.JournalDamaged), (operation.State, operation.Report!.Troubles[0].ErrorId));
        Assert.Equal(whole[..middle], File.ReadAllBytes(journal));

        // At the end of one: an older copy was put back.
        File.WriteAllBytes(journal, whole[..(Array.IndexOf(whole, (byte)'\n', whole.Length / 2) + 1)]);
        f.Reopen();
        Assert.True((await f.ScanAsync()).Added > 0);
        Assert.Equal(20, f.Items().Select(i => i.Subject).Distinct().Count());
        Assert.Equal(20, f.Items().Count);
        await f.AssertCoherentAsync();
    }

    /// <summary>A directory in its place: root may read every file.</summary>
    private static void MakeUnreadable(string file)
    {
        File.Move(file, file + ".kept");
        Directory.CreateDirectory(file);
    }

    private static void MakeReadable(string file)
    {
        Directory.Delete(file);
        File.Move(file + ".kept", file);
    }

    private static readonly IEqualityComparer<BackupItem> ItemComparer = EqualityComparer<BackupItem>.Create(
        (a, b) => a! with { Tags = [] } == b! with { Tags = [] } && a.Tags.SequenceEqual(b.Tags), i => i.Id.GetHashCode());

    private static async Task<NodeFixture> WithHistoryAsync()
    {
        var f = new NodeFixture();
        Deliver(f, 60);
        await f.ScanAsync();
        await ChangeAsync(f);
        var deleted = f.Items(ItemSelection.Deleted)[0];
        await f.RestoreAsync(new RestoreRequest { Account = deleted.Account, Items = [deleted.Id.Value] });
        f.Server.Deliver(Ann, body: new string('x', 200_000));
        await f.ScanAsync();
        return f;
    }

    private static void Deliver(NodeFixture f, int count)
    {
        File.WriteAllText(Path.Combine(f.Server.Folder(Ann), "dovecot-keywords"), "0 Important\n");
        for (int i = 0; i < count; i++)
        {
            f.Server.Deliver(i % 3 == 0 ? Bob : Ann, i % 4 == 0 ? ".Work" : "", i % 5 == 0 ? "Sa" : "S", body: new string('b', i * 100));
        }
    }

    /// <summary>Of everything one, and a scan between.</summary>
    private static async Task ChangeAsync(NodeFixture f)
    {
        string[] mails = Directory.GetFiles(Path.Combine(f.Server.Folder(Ann), "cur"));
        Array.Sort(mails, StringComparer.Ordinal);
        File.Delete(mails[0]);
        File.Move(mails[1], mails[1] + "T");
        File.Move(mails[2], Path.Combine(f.Server.Folder(Ann, ".Work"), "cur", Path.GetFileName(mails[2])));
        await f.ScanAsync();
        File.Delete(mails[3]);
        f.Server.Deliver(Ann, ".New", body: new string('n', 5000));
        f.Server.Deliver("carl@example.org");
        await f.ScanAsync();
    }

    private static List<(string, string, string, MessageFlags)> Living(NodeFixture f) =>
        [.. f.Items().Select(i => (i.Account, i.Folder, i.Subject, i.Flags)).Order()];

    private static void Mark(NodeFixture f)
    {
        using var catalog = Catalog.OpenOrCreate(f.Layout);
        using var db = catalog.Connect();
        db.Execute("CREATE TABLE mark(x)");
    }

    private static bool IsMarked(NodeFixture f)
    {
        using var catalog = StoreReader.OpenCatalog(f.Layout, null);
        using var db = catalog.Connect();
        return db.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'mark'") == 1;
    }
}
