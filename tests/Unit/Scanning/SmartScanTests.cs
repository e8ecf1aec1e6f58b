using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

public class SmartScanTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task First_scan_takes_everything_and_the_next_finds_nothing_changed()
    {
        using var f = new NodeFixture();
        string first = f.Server.Deliver(Ann, subject: "Invoice 1");
        f.Server.Deliver(Ann, ".Sent", "FS");
        f.Server.Deliver(Bob, flags: "");
        f.Server.Settle();

        var report = await f.ScanAsync();
        Assert.Equal(3 + 3 + 2, report.Added); // mails, folders, accounts
        Assert.Equal(0, report.Errors);
        var items = f.Items();
        Assert.Equal(["ann@example.com", "ann@example.com", "bob@example.com"], items.Select(i => i.Account));
        var invoice = items.Single(i => i.Subject == "Invoice 1");
        Assert.Equal("INBOX", invoice.Folder);
        Assert.Equal("Sent", items.Single(i => i.Flags == (MessageFlags.Flagged | MessageFlags.Seen)).Folder);
        Assert.Equal(File.ReadAllBytes(first), f.Content(invoice));
        Assert.Equal(File.GetLastWriteTimeUtc(first), invoice.Date.UtcDateTime);

        var again = await f.ScanAsync();
        Assert.Equal((0L, 0L, 0L), (again.Added, again.Updated, again.Deleted));
        Assert.Equal(8, again.Unchanged);
    }

    [Fact]
    public async Task Unchanged_folders_are_not_listed()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        f.Server.Settle();
        await f.ScanAsync();

        // A change that the folder's token cannot show is not seen, because nobody looks; a deep scan does.
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes("Subject: other\r\n\r\nx"));
        Assert.Equal(0, (await f.ScanAsync()).Updated);
        Assert.Equal(1, (await f.ScanAsync(new ScanRequest { Deep = true })).Updated);
        Assert.Equal("other", f.Items().Single().Subject);
    }

    [Fact]
    public async Task Flags_moves_deletions_and_additions_are_exactly_that()
    {
        using var f = new NodeFixture();
        string flagged = f.Server.Deliver(Ann, flags: "");
        string moved = f.Server.Deliver(Ann);
        string deleted = f.Server.Deliver(Ann);
        f.Server.Deliver(Ann);
        string archive = f.Server.Folder(Ann, ".Archive");
        f.Server.Settle();
        await f.ScanAsync();
        var before = f.Items().ToDictionary(i => i.Id);
        var start = DateTimeOffset.UtcNow;

        File.Move(flagged, flagged + "FS");
        File.Move(moved, Path.Combine(archive, "cur", Path.GetFileName(moved)));
        File.Delete(deleted);
        f.Server.Deliver(Ann, subject: "New");
        var report = await f.ScanAsync();

        Assert.Equal((1L, 2L, 1L), (report.Added, report.Updated, report.Deleted));
        var after = f.Items(ItemSelection.All).ToDictionary(i => i.Id);
        Assert.Equal(5, after.Count);
        Assert.Equal(MessageFlags.Flagged | MessageFlags.Seen, after.Values.Single(i => i.Flags.HasFlag(MessageFlags.Flagged)).Flags);
        var inArchive = after.Values.Single(i => i.Folder == "Archive");
        Assert.Equal("INBOX", before[inArchive.Id].Folder);
        Assert.Single(after.Values, i => i.Deleted);
        Assert.Equal(4, f.Items(at: start).Count);
        Assert.All(f.Items(at: start), i => Assert.Equal("INBOX", i.Folder));
        Assert.Equal(2, f.Node.GetHistory(Ann, inArchive.Id).Count);
    }

    [Fact]
    public async Task A_mail_moved_under_another_name_keeps_its_item_id()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        f.Server.Deliver(Ann);
        string trash = f.Server.Folder(Ann, ".Trash");
        await f.ScanAsync();
        var id = f.Items().Single(i => i.Subject == "Mail 1").Id;

        File.Move(path, Path.Combine(trash, "cur", "1799999999.M9P9.other,S=77:2,ST"));
        var report = await f.ScanAsync();
        Assert.Equal((0L, 1L, 0L), (report.Added, report.Updated, report.Deleted));
        Assert.Equal("Trash", f.Items().Single(i => i.Id == id).Folder);
        Assert.Equal((0L, 0L, 0L), Changes(await f.ScanAsync()));
    }

    [Fact]
    public async Task A_renamed_folder_is_one_transaction()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Ann, ".Old");
        f.Server.Settle();
        await f.ScanAsync();
        string mailbox = f.Server.Folder(Ann);
        Directory.Move(Path.Combine(mailbox, ".Old"), Path.Combine(mailbox, ".New"));
        var report = await f.ScanAsync();
        Assert.Equal((0L, 1L, 0L), Changes(report));
        Assert.Contains(f.Items(), i => i.Folder == "New");
    }

    [Fact]
    public async Task One_mail_to_many_stores_its_body_once()
    {
        using var f = new NodeFixture();
        string body = new string('x', 5000) + "\r\n";
        foreach (string account in (string[])[Ann, Bob, "carl@example.com"])
        {
            f.Server.Deliver(account, body: body);
        }

        await f.ScanAsync();
        Assert.Equal(4, f.Node.GetInfo().Blobs); // three headers, one body
        Assert.All(f.Items(), i => Assert.EndsWith(body, Encoding.UTF8.GetString(f.Content(i)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unreadable_item_costs_that_item_and_is_tried_again()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string broken = f.Server.Deliver(Ann, content: [0x1f, 0x8b, 8, 0, 1, 2, 3]);
        f.Server.Settle();
        var operation = await f.RunAsync(new ScanRequest());
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        var trouble = Assert.Single(operation.Report!.Troubles);
        Assert.Equal((ErrorIds.ItemReadFailed, Ann), (trouble.ErrorId, trouble.Account));
        Assert.Contains(Path.GetFileName(broken), trouble.Path, StringComparison.Ordinal);
        Assert.Single(f.Items());

        // In place: no folder's time shows it, the scan must come back by itself.
        File.WriteAllBytes(broken, Encoding.ASCII.GetBytes("Subject: mended\r\n\r\nx"));
        Assert.Equal(1, (await f.ScanAsync()).Added);
        Assert.Contains(f.Items(), i => i.Subject == "mended");
    }

    [Fact]
    public async Task Read_errors_up_to_the_threshold_end_the_scan_and_keep_what_was_saved()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        for (int i = 0; i < 3; i++)
        {
            f.Server.Deliver(Bob, content: [0x1f, 0x8b, 8, 0, 1]);
        }

        var operation = await f.RunAsync(new ScanRequest { ReadErrorThreshold = 2 });
        Assert.Equal((OperationState.Failed, ErrorIds.ReadErrorThresholdReached), (operation.State, operation.ErrorId));
        Assert.Contains(f.Items(), i => i.Account == Ann);
        Assert.True(operation.Report!.Added > 0);
    }

    /// <summary>Nothing proves account_stat: a number of it that rotted must not make two items one.</summary>
    [Fact]
    public async Task No_item_number_is_given_twice_whatever_account_stat_says()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 12; i++)
        {
            f.Server.Deliver("ann@example.com", subject: $"Mail {i}");
        }

        await f.ScanAsync();
        string stat = f.Layout.AccountStat(f.Node.GetAccounts().Single().Id);
        string text = File.ReadAllText(stat);
        Assert.Contains("\"nextItem\":14", text, StringComparison.Ordinal);
        File.WriteAllText(stat, text.Replace("\"nextItem\":14", "\"nextItem\":4", StringComparison.Ordinal));
        f.Server.Deliver("ann@example.com", subject: "After");
        await f.ScanAsync();
        Assert.Equal(13, f.Items().Select(i => i.Id).Distinct().Count());
        Assert.All(f.Items(), i => Assert.Single(f.Node.GetHistory(i.Account, i.Id)));
        await f.AssertCoherentAsync();
    }

    [Fact]
    public async Task An_account_that_is_suddenly_empty_is_an_error_and_nothing_is_deleted()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        File.Delete(path);
        var operation = await f.RunAsync(new ScanRequest());
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(ErrorIds.SourceSuddenlyEmpty, Assert.Single(operation.Report!.Troubles).ErrorId);
        Assert.Equal(2, f.Items().Count);
        Assert.Equal(1, (await f.ScanAsync(new ScanRequest { AllowEmpty = true })).Deleted);
        Assert.Single(f.Items());
    }

    [Fact]
    public async Task A_tree_that_is_not_mounted_deletes_nothing()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        Directory.Move(f.Server.Root, f["elsewhere"]);
        Directory.CreateDirectory(f.Server.Root);
        var operation = await f.RunAsync(new ScanRequest());
        Assert.Equal((OperationState.Failed, ErrorIds.SourceSuddenlyEmpty), (operation.State, operation.ErrorId));
        Directory.Delete(f.Server.Root);
        operation = await f.RunAsync(new ScanRequest());
        Assert.Equal((OperationState.Failed, ErrorIds.SourceNotFound), (operation.State, operation.ErrorId));
        Assert.Single(f.Items());
    }

    [Fact]
    public async Task A_deleted_account_is_flagged_and_its_items_stay()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "bob"), recursive: true);
        Assert.Equal(1, (await f.ScanAsync()).Deleted);
        Assert.True(f.Node.GetAccounts().Single(a => a.Name == Bob).Deleted);
        Assert.Contains(f.Items(), i => i.Account == Bob);
    }

    [Fact]
    public async Task A_message_larger_than_memory_allows_is_split_and_comes_back_whole()
    {
        using var f = new NodeFixture();
        var content = new byte[9 << 20];
        new Random(1).NextBytes(content);
        Encoding.ASCII.GetBytes("Subject: big\r\n\r\n").CopyTo(content, 0);
        f.Server.Deliver(Ann, content: content);
        await f.ScanAsync();
        var item = f.Items().Single();
        Assert.Equal(content.Length, item.Size);
        Assert.Equal(content, f.Content(item));
        Assert.Equal(2, f.Node.GetInfo().Blobs);
    }

    [Fact]
    public async Task Stopping_keeps_what_was_reported_and_the_next_scan_completes()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 300; i++)
        {
            f.Server.Deliver(Ann);
        }

        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var operation = await f.RunAsync(new ScanRequest(), stop.Token);
        Assert.Equal(OperationState.Stopped, operation.State);
        await f.ScanAsync();
        Assert.Equal(300, f.Items().Count);
    }

    [Fact]
    public async Task Account_scan_leaves_others_alone()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync(new ScanRequest { Accounts = [Bob] });
        Assert.Equal([Bob], f.Items().Select(i => i.Account));
        var operation = await f.RunAsync(new ScanRequest { Accounts = ["nobody@example.com"] });
        Assert.Equal((OperationState.Failed, ErrorIds.AccountNotFound), (operation.State, operation.ErrorId));
    }

    private static (long Added, long Updated, long Deleted) Changes(OperationReport report) => (report.Added, report.Updated, report.Deleted);
}
