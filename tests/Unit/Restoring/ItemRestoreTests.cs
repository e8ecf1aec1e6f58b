using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

public class ItemRestoreTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task What_was_deleted_since_the_last_scan_comes_back_as_if_nothing_had_happened()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann, subject: "Lost");
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var before = f.Server.Snapshot();
        var lost = f.Items().Single(i => i.Subject == "Lost");
        File.Delete(path);

        Assert.Equal((1L, 0L, 0L), (await f.RestoreAsync(Restore(lost))).Counts());
        Assert.Equal(before, f.Server.Snapshot());
        await f.AssertNothingChangedAsync();
        Assert.Single(f.Node.GetHistory(Ann, lost.Id));
    }

    [Fact]
    public async Task What_a_scan_has_flagged_deleted_goes_on_under_its_own_id()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann, subject: "Lost", flags: "FS");
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var before = f.Server.Snapshot();
        var lost = f.Items().Single(i => i.Subject == "Lost");
        File.Delete(path);
        Assert.Equal((0L, 0L, 1L), (await f.ScanAsync()).Changes());

        Assert.Equal((1L, 0L, 0L), (await f.RestoreAsync(Restore(lost))).Counts());
        Assert.Equal(before, f.Server.Snapshot());
        await f.AssertNothingChangedAsync();
        var history = f.Node.GetHistory(Ann, lost.Id);
        Assert.Equal([false, true, false], history.Select(h => h.Deleted));
        Assert.All(history, h => Assert.Equal(MessageFlags.Flagged | MessageFlags.Seen, h.Flags));
        Assert.Equal(2, f.Items().Count);
        await f.AssertCoherentAsync();

        // Also for who has only the journals.
        Directory.Delete(f.Layout.State, recursive: true);
        f.Reopen();
        Assert.Equal(3, f.Node.GetHistory(Ann, lost.Id).Count);
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Into_another_folder_a_copy_is_made_and_found_by_the_next_scan()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        await f.ScanAsync();
        var item = f.Items().Single();
        var before = f.Server.Snapshot();

        Assert.Equal(1, (await f.RestoreAsync(Restore(item) with { Folder = "Kept/Für später" })).Restored);
        var after = f.Server.Snapshot();
        string copy = Assert.Single(after.Keys.Except(before.Keys), k => !k.EndsWith("maildirfolder", StringComparison.Ordinal));
        Assert.Equal($"example.com/ann/Maildir/.Kept.F&APw-r sp&AOQ-ter/cur/{Path.GetFileName(path)}", copy);
        Assert.Equal(before.Single().Value, after[copy]);
        Assert.Equal((2L, 0L, 0L), (await f.ScanAsync()).Changes()); // the folder and the copy
        Assert.Equal(["INBOX", "Kept/Für später"], f.Items().Select(i => i.Folder));
    }

    [Fact]
    public async Task What_was_deleted_comes_back_under_its_id_in_another_folder_too()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        f.Server.Deliver(Ann, ".Archive");
        await f.ScanAsync();
        var item = f.Items().Single(i => i.Folder == "INBOX");
        File.Delete(path);
        await f.ScanAsync();

        await f.RestoreAsync(Restore(item) with { Folder = "Archive" });
        await f.AssertNothingChangedAsync();
        Assert.Equal(["INBOX", "INBOX", "Archive"], f.Node.GetHistory(Ann, item.Id).Select(h => h.Folder));
    }

    [Fact]
    public async Task Into_another_account_nothing_of_the_first_changes()
    {
        using var f = new NodeFixture();
        f.Server.Folder(Ann);
        f.Server.Deliver(Ann, ".Work", subject: "For Bob");
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        var item = f.Items().Single(i => i.Subject == "For Bob");
        var before = f.Server.Snapshot();

        Assert.Equal(1, (await f.RestoreAsync(Restore(item) with { To = Bob })).Restored);
        foreach (var (name, file) in before)
        {
            Assert.Equal(file, f.Server.Snapshot()[name]);
        }

        Assert.Equal((2L, 0L, 0L), (await f.ScanAsync()).Changes());
        var copy = f.Items().Single(i => i.Account == Bob && i.Subject == "For Bob");
        Assert.Equal(("Work", item.Flags, item.Date), (copy.Folder, copy.Flags, copy.Date));
        Assert.Equal(f.Content(item), f.Content(copy));

        var operation = await f.RunAsync(Restore(item) with { To = "nobody@example.com" });
        Assert.Equal((OperationState.Failed, ErrorIds.SourceAccountNotFound), (operation.State, operation.ErrorId));
        Assert.False(Directory.Exists(Path.Combine(f.Server.Root, "example.com", "nobody")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task As_it_was_on_an_earlier_date(bool scanned)
    {
        using var f = new NodeFixture();
        string inbox = f.Server.Folder(Ann);
        File.WriteAllText(Path.Combine(inbox, "dovecot-keywords"), "0 Important\n1 Later\n");
        string path = f.Server.Deliver(Ann, flags: "Sab");
        f.Server.Deliver(Ann);
        f.Server.Deliver(Ann, ".Archive");
        await f.ScanAsync();
        var then = DateTimeOffset.UtcNow;
        var item = f.Items().Single(i => i.Tags.Count > 0);
        string moved = Path.Combine(f.Server.Folder(Ann, ".Archive"), "cur", Path.GetFileName(path).Replace(":2,Sab", ":2,F", StringComparison.Ordinal));
        File.Move(path, moved);
        Assert.Equal((0L, 1L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(("Archive", MessageFlags.Flagged), State(f.Items().Single(i => i.Id == item.Id)));
        var modified = File.GetLastWriteTimeUtc(moved);
        File.Delete(moved);
        if (scanned)
        {
            await f.ScanAsync();
        }

        Assert.Equal(1, (await f.RestoreAsync(Restore(item) with { At = then })).Restored);
        Assert.False(File.Exists(moved));
        Assert.Equal(modified, File.GetLastWriteTimeUtc(path));
        Assert.Equal(f.Content(item), File.ReadAllBytes(path));
        Assert.Equal(scanned ? 0 : 1, (await f.ScanAsync()).Updated);
        var now = f.Items().Single(i => i.Id == item.Id);
        Assert.Equal(("INBOX", MessageFlags.Seen), State(now));
        Assert.Equal(["Important", "Later"], now.Tags);
    }

    [Fact]
    public async Task Before_it_was_there_an_item_cannot_be_restored()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var item = f.Items().Single();
        var operation = await f.RunAsync(Restore(item) with { At = DateTimeOffset.UtcNow.AddYears(-1) });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((ErrorIds.ItemNotFound, Ann, item.Id.Value), Key(Assert.Single(operation.Report!.Troubles)));
    }

    [Fact]
    public async Task What_is_already_there_is_skipped_and_said()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        File.Move(path, path + "F"); // The same mail, although its flags have changed.
        var before = f.Server.Snapshot();

        Assert.Equal((0L, 2L, 0L), (await f.RestoreAsync(Restore([.. f.Items()]))).Counts());
        Assert.Equal(before, f.Server.Snapshot());
    }

    [Fact]
    public async Task Something_else_under_the_same_name_stays_untouched()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        await f.ScanAsync();
        var item = f.Items().Single();
        byte[] original = File.ReadAllBytes(path);
        File.WriteAllText(path, "Subject: somebody else's\n\n");

        Assert.Equal((1L, 0L, 0L), (await f.RestoreAsync(Restore(item))).Counts());
        Assert.Equal("Subject: somebody else's\n\n", File.ReadAllText(path));
        string beside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!), p => p != path);
        Assert.Equal(original, File.ReadAllBytes(beside));

        // Asked again, both are there already.
        Assert.Equal((0L, 1L, 0L), (await f.RestoreAsync(Restore(item))).Counts());
    }

    [Fact]
    public async Task Missing_content_costs_its_item_and_is_named()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 5; i++)
        {
            f.Server.Deliver(Ann);
        }

        await f.ScanAsync();
        var items = f.Items();
        var broken = items[2];
        Overwrite(f, broken.Digest!.Value);
        Directory.Delete(f.Layout.State, recursive: true);
        f.Reopen();
        var before = f.Server.Snapshot();
        Directory.Delete(f.Server.Folder(Ann), recursive: true);

        var operation = await f.RunAsync(Restore([.. items]));
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((4L, 0L, 1L), operation.Report!.Counts());
        var trouble = Assert.Single(operation.Report!.Troubles);
        Assert.Equal((ErrorIds.BlobMissing, Ann, broken.Id.Value), Key(trouble));
        Assert.Contains(broken.Digest.ToString()!, trouble.Reason, StringComparison.Ordinal);
        Assert.Contains(broken.Subject, trouble.Path, StringComparison.Ordinal);
        var after = f.Server.Snapshot();
        Assert.Equal(4, after.Count);
        Assert.All(after, file => Assert.Equal(before[file.Key], file.Value));
    }

    [Fact]
    public async Task Items_and_accounts_that_are_not_known_are_said()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        await f.ScanAsync();
        var item = f.Items().Single();
        File.Delete(path);
        var operation = await f.RunAsync(new RestoreRequest { Account = Ann, Items = [item.Id.Value, 4711] });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((1L, 0L, 1L), operation.Report!.Counts());
        Assert.Equal((ErrorIds.ItemNotFound, Ann, 4711L), Key(Assert.Single(operation.Report!.Troubles)));
        Assert.True(File.Exists(path));

        operation = await f.RunAsync(new RestoreRequest { Account = "nobody@example.com" });
        Assert.Equal((OperationState.Failed, ErrorIds.AccountNotFound), (operation.State, operation.ErrorId));
    }

    private static RestoreRequest Restore(params BackupItem[] items) =>
        new() { Account = items[0].Account, Items = [.. items.Select(i => i.Id.Value)] };

    private static (string Folder, MessageFlags Flags) State(BackupItem item) => (item.Folder, item.Flags);

    private static (string ErrorId, string? Account, long? Item) Key(ItemTrouble trouble) => (trouble.ErrorId, trouble.Account, trouble.Item);

    /// <summary>Makes a stored content unrecognizable.</summary>
    private static void Overwrite(NodeFixture f, Digest digest)
    {
        BlobLocation location;
        using (var catalog = StoreReader.OpenCatalog(f.Layout, null))
        {
            location = catalog.FindBlob(digest)!.Value;
        }

        using var bundle = File.OpenWrite(f.Layout.Bundle(location.Bundle));
        bundle.Position = location.Offset;
        bundle.Write(new byte[16]);
    }
}
