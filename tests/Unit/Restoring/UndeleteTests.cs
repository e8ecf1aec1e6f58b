using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

public class UndeleteTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private static string Tag => UndeletePlan.TagOf(DateTimeOffset.Now);

    [Fact]
    public async Task Asked_again_later_it_ends_where_it_would_have_ended()
    {
        using var f = new NodeFixture();
        string path = f.Server.Deliver(Ann);
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        File.Delete(path);
        await f.ScanAsync();
        var operation = await f.RunAsync(new UndeleteRequest { Accounts = [Ann], After = DateTimeOffset.UtcNow.AddHours(-1) });
        var again = Assert.IsType<UndeleteRequest>(Assert.Single(RestoreAgain.Of(operation with { State = OperationState.Stopped })));
        Assert.Equal(operation.Started, again.Before);
    }

    [Fact]
    public void The_tag_has_day_month_and_year() => Assert.Equal("undelete_05_11_26", UndeletePlan.TagOf(new DateTimeOffset(2026, 11, 5, 23, 0, 0, TimeSpan.Zero)));

    [Fact]
    public async Task All_that_was_deleted_within_the_time_comes_back_under_its_ids_and_nothing_else()
    {
        using var f = new NodeFixture();
        string early = f.Server.Deliver(Ann, subject: "Early");
        string inbox = f.Server.Deliver(Ann, flags: "FST", subject: "Inbox");
        string work = f.Server.Deliver(Ann, ".Work.2024", subject: "Work");
        f.Server.Deliver(Ann, subject: "Stays");
        string late = f.Server.Deliver(Ann, subject: "Late");
        await f.ScanAsync();
        var ids = f.Items().ToDictionary(i => i.Subject, i => i.Id);
        byte[] content = File.ReadAllBytes(inbox);
        File.Delete(early);
        await f.ScanAsync();
        var after = DateTimeOffset.UtcNow;
        File.Delete(inbox);
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(work))!, recursive: true);
        await f.ScanAsync();
        var before = DateTimeOffset.UtcNow;
        File.Delete(late);
        await f.ScanAsync();

        var request = new UndeleteRequest { Accounts = [Ann], After = after, Before = before };
        Assert.Equal((2L, 0L, 0L), (await f.RestoreAsync(request)).Counts());
        var items = f.Items().ToDictionary(i => i.Subject);
        Assert.Equal(["Inbox", "Stays", "Work"], items.Keys.Order());
        foreach (string subject in (string[])["Inbox", "Work"])
        {
            Assert.Equal(ids[subject], items[subject].Id);
            Assert.Equal([Tag], items[subject].Tags);
        }

        Assert.Equal(MessageFlags.Flagged | MessageFlags.Seen, items["Inbox"].Flags);
        Assert.Equal("Work/2024", items["Work"].Folder);
        Assert.Equal(content, f.Content(items["Inbox"]));
        await f.AssertNothingChangedAsync();
        await f.AssertCoherentAsync();
        Assert.Equal(Tag, Assert.Single(f.Items().Single(i => i.Subject == "Work").Tags));

        // Again, there is nothing left to do.
        var server = f.Server.Snapshot();
        Assert.Equal((0L, 2L, 0L), (await f.RestoreAsync(request)).Counts());
        Assert.Equal(server, f.Server.Snapshot());
    }

    [Fact]
    public async Task A_folder_that_was_deleted_too_goes_on_under_its_own_id()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string work = f.Server.Deliver(Ann, ".Work", subject: "Work");
        await f.ScanAsync();
        var folder = f.Items(type: ItemType.Folder).Single(i => i.Folder == "Work");
        var after = DateTimeOffset.UtcNow;
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(work))!, recursive: true);
        await f.ScanAsync();

        await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann], After = after });
        await f.AssertNothingChangedAsync();
        Assert.Equal(folder.Id, f.Items(type: ItemType.Folder).Single(i => i.Folder == "Work").Id);
        Assert.Equal([false, true, false], f.Node.GetHistory(Ann, folder.Id).Select(h => h.Deleted));
    }

    [Fact]
    public async Task What_went_through_the_trash_goes_back_to_where_it_was_and_what_only_lay_there_goes_there()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann, subject: "Stays");
        string trashed = f.Server.Deliver(Ann, ".Work", subject: "Trashed within");
        string old = f.Server.Deliver(Ann, ".Trash", subject: "In the trash before");
        await f.ScanAsync();
        var after = DateTimeOffset.UtcNow;
        string inTrash = Path.Combine(f.Server.Folder(Ann, ".Trash"), "cur", Path.GetFileName(trashed));
        File.Move(trashed, inTrash);
        await f.ScanAsync();
        File.Move(inTrash, inTrash + "T"); // Another state in the trash.
        await f.ScanAsync();
        File.Delete(inTrash + "T");
        File.Delete(old);
        await f.ScanAsync();

        Assert.Equal(2, (await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann], After = after })).Restored);
        var items = f.Items().ToDictionary(i => i.Subject);
        Assert.Equal("Work", items["Trashed within"].Folder);
        Assert.Equal("Trash", items["In the trash before"].Folder);
        Assert.Equal(MessageFlags.Seen, items["Trashed within"].Flags);
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Below_a_folder_of_their_own_the_structure_is_kept()
    {
        using var f = new NodeFixture();
        string inbox = f.Server.Deliver(Ann, subject: "Inbox");
        string work = f.Server.Deliver(Ann, ".Work.2024", subject: "Work");
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var ids = f.Items().ToDictionary(i => i.Subject, i => i.Id);
        var after = DateTimeOffset.UtcNow;
        File.Delete(inbox);
        File.Delete(work);
        await f.ScanAsync();

        Assert.Equal(2, (await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann], After = after, Folder = "Found" })).Restored);
        await f.AssertNothingChangedAsync();
        var items = f.Items().ToDictionary(i => i.Subject);
        Assert.Equal(("Found/INBOX", ids["Inbox"]), (items["Inbox"].Folder, items["Inbox"].Id));
        Assert.Equal(("Found/Work/2024", ids["Work"]), (items["Work"].Folder, items["Work"].Id));
    }

    [Fact]
    public async Task Folders_are_named_as_they_were_last_within_the_time()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string work = f.Server.Deliver(Ann, ".Work", subject: "Work");
        string other = f.Server.Deliver(Ann, ".Work");
        await f.ScanAsync();
        var after = DateTimeOffset.UtcNow;
        File.Delete(work);
        await f.ScanAsync();
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(other))!;
        Directory.Move(folder, folder.Replace(".Work", ".Job", StringComparison.Ordinal));
        await f.ScanAsync();

        await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann], After = after });
        Assert.Equal("Job", f.Items().Single(i => i.Subject == "Work").Folder);
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Where_a_folder_is_not_known_it_is_named_after_its_id()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string work = f.Server.Deliver(Ann, ".Work", subject: "Work");
        await f.ScanAsync();
        var folder = f.Items(type: ItemType.Folder).Single(i => i.Folder == "Work").Id;
        var after = DateTimeOffset.UtcNow;
        File.Delete(work);
        await f.ScanAsync();

        // As if the folder's own lines had been lost.
        using (var catalog = Catalog.OpenOrCreate(f.Layout))
        using (var db = catalog.Connect())
        {
            db.Execute($"DELETE FROM state WHERE item = {folder}");
        }

        Assert.Equal(1, (await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann], After = after })).Restored);
        Assert.True(Directory.Exists(Path.Combine(f.Server.Root, "example.com", "ann", "Maildir", $".unknown_{folder}")));
    }

    [Fact]
    public async Task What_lives_again_is_skipped_and_several_accounts_are_one_operation()
    {
        using var f = new NodeFixture();
        string ann = f.Server.Deliver(Ann, subject: "Ann's");
        f.Server.Deliver(Ann);
        string bob = f.Server.Deliver(Bob, subject: "Bob's");
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        var after = DateTimeOffset.UtcNow;
        var item = f.Items().Single(i => i.Subject == "Ann's");
        File.Delete(ann);
        File.Delete(bob);
        await f.ScanAsync();
        await f.RestoreAsync(new RestoreRequest { Account = Ann, Items = [item.Id.Value] });

        Assert.Equal((1L, 1L, 0L), (await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann, Bob], After = after })).Counts());
        Assert.Empty(f.Items().Single(i => i.Subject == "Ann's").Tags);
        Assert.Equal([Tag], f.Items().Single(i => i.Subject == "Bob's").Tags);
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_time_that_ends_before_it_begins_and_an_account_that_is_not_known_are_said()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var operation = await f.RunAsync(new UndeleteRequest { Accounts = [Ann], After = DateTimeOffset.UtcNow, Before = DateTimeOffset.UtcNow.AddDays(-1) });
        Assert.Equal((OperationState.Failed, ErrorIds.DateInvalid), (operation.State, operation.ErrorId));
        operation = await f.RunAsync(new UndeleteRequest { Accounts = ["nobody@example.com"], After = DateTimeOffset.UtcNow.AddDays(-1) });
        Assert.Equal((OperationState.Failed, ErrorIds.AccountNotFound), (operation.State, operation.ErrorId));
    }

    [Theory]
    [InlineData("Trash", true)]
    [InlineData("INBOX/Trash", true)]
    [InlineData("Deleted Items/2024", true)]
    [InlineData("Deleted Messages", true)]
    [InlineData("Work/Trash", false)]
    [InlineData("INBOX", false)]
    public void The_trash_is_known_by_its_name(string path, bool trash) => Assert.Equal(trash, TrashFolders.IsTrash(path, null));

    [Fact]
    public void A_special_use_says_more_than_a_name()
    {
        Assert.True(TrashFolders.IsTrash("Rubbish", new Dictionary<string, string> { [TrashFolders.SpecialUse] = "\\Trash" }));
        Assert.False(TrashFolders.IsTrash("Trash", new Dictionary<string, string> { [TrashFolders.SpecialUse] = "\\Archive" }));
    }
}
