using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

/// <summary>An address that one person had and another has now: two accounts, and nobody gets the other's mail.</summary>
public sealed class NamesakeTests : IDisposable
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private readonly NodeFixture _f = new(new LdifText().Account(1, Ann).Account(2, Bob).ToString());

    public void Dispose() => _f.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_address_given_on_is_another_account_whether_a_scan_came_between_or_not(bool scanned)
    {
        var (first, second) = await GiveOnAsync(scanned);
        var accounts = _f.Node.GetAccounts().Where(a => a.Name == Ann).ToList();
        Assert.Equal([false, true], accounts.Select(a => a.Deleted).Order());
        Assert.True(accounts.Single(a => a.Id == first).Deleted);
        Assert.Equal(["Of the first Ann"], Subjects(first));
        Assert.Equal(["Of the second Ann"], Subjects(second));
        await _f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Each_is_called_by_what_means_it_alone()
    {
        var (first, second) = await GiveOnAsync(scanned: true);
        var names = AccountNames.Of(_f.Node.GetAccounts());
        Assert.Equal((first.ToString("D"), Ann), (names[first], names[second]));
        Assert.Equal(["Of the first Ann"], Messages(first.ToString("D")));
        Assert.Equal(["Of the second Ann"], Messages(Ann));
        var item = _f.Items().Single(i => i.AccountId == first);
        Assert.NotEqual(_f.Node.GetHistory(Ann, item.Id)[0].AccountId, _f.Node.GetHistory(first.ToString("D"), item.Id)[0].AccountId);
    }

    [Fact]
    public async Task Nothing_of_the_first_is_put_into_the_mailbox_of_the_second()
    {
        var (first, _) = await GiveOnAsync(scanned: true);
        string id = first.ToString("D");
        var before = _f.Server.Snapshot();
        foreach (var request in (OperationRequest[])
        [
            new RestoreRequest { Account = id },
            new UndeleteRequest { Accounts = [id], After = DateTimeOffset.UtcNow.AddDays(-1) },
            new AccountRestoreRequest { Account = id },
            new BlobRestoreRequest { Accounts = [id] },
        ])
        {
            var operation = await _f.RunAsync(request);
            Assert.Equal((OperationState.Failed, ErrorIds.AccountExists), (operation.State, operation.ErrorId));
        }

        Assert.Equal(before, _f.Server.Snapshot());
        var e = await Assert.ThrowsAsync<MailBackupException>(
            async () => await _f.Node.FindLostContentAsync(new BlobRestoreRequest { Accounts = [id] }, _ => { }, default).ToListAsync());
        Assert.Equal(ErrorIds.AccountExists, e.ErrorId);

        // Where somebody names the place, it goes there, and the first account stays deleted.
        var item = _f.Items().Single(i => i.AccountId == first);
        var report = await _f.RestoreAsync(new RestoreRequest { Account = id, Items = [item.Id.Value], To = Bob });
        Assert.Equal((1L, 0L, 0L), report.Counts());
        report = await _f.RestoreAsync(new AccountRestoreRequest { Account = id, As = "first.ann@example.com" });
        Assert.Equal(0, report.Unrestored);
        await _f.ScanAsync();
        Assert.Contains("Of the first Ann", Messages(Bob));
        Assert.Equal(["Of the first Ann"], Messages("first.ann@example.com"));
        Assert.Equal(["Of the second Ann"], Messages(Ann));
    }

    [Fact]
    public async Task What_was_left_of_the_first_is_asked_for_again_of_the_first()
    {
        var (first, _) = await GiveOnAsync(scanned: true);
        string id = first.ToString("D");
        foreach (string bundle in Directory.GetFiles(Path.Combine(_f.BackupPath, "items"), "*.gz", SearchOption.AllDirectories))
        {
            File.Delete(bundle);
        }

        var operation = await _f.RunAsync(new RestoreRequest { Account = id, To = Bob });
        Assert.Equal((OperationState.CompletedWithErrors, 1L), (operation.State, operation.Report!.Unrestored));
        var again = Assert.IsType<RestoreRequest>(Assert.Single(RestoreAgain.Of(operation)));
        Assert.Equal((id, Bob, _f.Items().Single(i => i.AccountId == first).Id.Value), (again.Account, again.To, Assert.Single(again.Items)));

        // What named no account, or several, names the one that something was not restored of.
        Assert.Equal(Ann, Assert.IsType<RestoreRequest>(new RestoreRequest().For(Ann, [1])).Account);
        Assert.Equal([id], Assert.IsType<BlobRestoreRequest>(new BlobRestoreRequest { Accounts = [id] }.For(Ann, [1])).Accounts);
        Assert.Equal([Ann], Assert.IsType<BlobRestoreRequest>(new BlobRestoreRequest { Accounts = [id, Bob] }.For(Ann, [1])).Accounts);
        var undelete = new UndeleteRequest { Accounts = [id], After = DateTimeOffset.UtcNow };
        Assert.Equal([id], Assert.IsType<UndeleteRequest>(undelete.For(Ann, [1])).Accounts);
        Assert.Equal([Ann], Assert.IsType<UndeleteRequest>((undelete with { Accounts = [id, Bob] }).For(Ann, [1])).Accounts);
    }

    [Fact]
    public async Task Of_two_that_are_deleted_the_last_one_is_meant()
    {
        var (_, second) = await GiveOnAsync(scanned: true);
        WriteDirectory(new LdifText().Account(2, Bob));
        RemoveMailbox();
        await _f.ScanAsync();
        Assert.Equal(2, _f.Node.GetAccounts().Count(a => a.Name == Ann && a.Deleted));
        Assert.Equal(second, _f.Node.GetItems(new ItemQuery { Accounts = [Ann], Type = ItemType.Message }).Single().AccountId);
        Assert.Equal(second, AccountNames.Of(_f.Node.GetAccounts()).Single(n => n.Value == Ann).Key);
    }

    [Fact]
    public async Task A_copy_is_not_poured_into_a_mailbox_that_has_mail_of_its_own()
    {
        _f.Server.Deliver(Ann);
        _f.Server.Deliver(Bob);
        await _f.ScanAsync();
        var before = _f.Server.Snapshot();
        var copy = new AccountRestoreRequest { Account = Ann, As = Bob };
        for (int i = 0; i < 2; i++)
        {
            // Nor when it is asked for once more.
            var operation = await _f.RunAsync(copy);
            Assert.Equal((OperationState.Failed, ErrorIds.AccountExists), (operation.State, operation.ErrorId));
            Assert.Equal(before, _f.Server.Snapshot());
        }

        // A copy that was begun goes on.
        copy = copy with { As = "copy@example.com" };
        await _f.RestoreAsync(copy);
        await _f.ScanAsync();
        Assert.Equal(0, (await _f.RestoreAsync(copy)).Restored);
    }

    /// <summary>Only what has put something there has made the mailbox a copy.</summary>
    [Fact]
    public async Task Attempts_that_put_nothing_there_do_not_open_the_mailbox_of_another()
    {
        _f.Server.Deliver(Ann);
        _f.Server.Deliver(Bob);
        await _f.ScanAsync();
        var before = _f.Server.Snapshot();
        var copy = new AccountRestoreRequest { Account = Ann, As = Bob };

        // Whose mailbox it is is told before anything else.
        var early = copy with { At = DateTimeOffset.UtcNow.AddYears(-1) };
        await RefusedAsync(early);

        // Carl's does not exist yet, so the date is what is wrong; then he gets one.
        const string carl = "carl@example.com";
        var failed = await _f.RunAsync(early with { As = carl });
        Assert.Equal((OperationState.Failed, ErrorIds.DateInvalid), (failed.State, failed.ErrorId));
        Assert.True(_f.Node.Operations.RequestStop(_f.Node.Submit(copy with { As = carl }).Id));
        var store = new OperationStore(new OperationDatabase(_f.Layout.Operations));
        var dead = _f.Node.Submit(copy with { As = carl });
        store.ClaimNext(dead.Id);
        _f.Server.Deliver(carl);
        await _f.ScanAsync();
        Assert.Equal(OperationState.Interrupted, _f.Node.Operations.Find(dead.Id)!.State);
        before = _f.Server.Snapshot();
        await RefusedAsync(copy with { As = carl });

        // One that died on its way had begun with his mailbox.
        dead = _f.Node.Submit(copy with { As = carl });
        store.ClaimNext(dead.Id);
        store.SaveProgress(dead.Id, new OperationProgress { Activity = "Restoring", ItemsDone = 1 });
        Assert.True((await _f.RestoreAsync(copy with { As = carl })).Restored > 0);

        async Task RefusedAsync(AccountRestoreRequest request)
        {
            var operation = await _f.RunAsync(request);
            Assert.Equal((OperationState.Failed, ErrorIds.AccountExists), (operation.State, operation.ErrorId));
            Assert.Equal(before, _f.Server.Snapshot());
        }
    }

    /// <summary>Ann leaves; somebody else gets her address.</summary>
    private async Task<(Guid First, Guid Second)> GiveOnAsync(bool scanned)
    {
        _f.Server.Deliver(Ann, subject: "Of the first Ann");
        _f.Server.Deliver(Bob, subject: "Bob's");
        await _f.ScanAsync();
        var first = _f.Node.GetAccounts().Single(a => a.Name == Ann).Id;
        RemoveMailbox();
        if (scanned)
        {
            WriteDirectory(new LdifText().Account(2, Bob));
            await _f.ScanAsync();
        }

        WriteDirectory(new LdifText().Account(7, Ann).Account(2, Bob));
        _f.Server.Deliver(Ann, subject: "Of the second Ann");
        await _f.ScanAsync();
        return (first, _f.Node.GetAccounts().Single(a => a.Name == Ann && a.Id != first).Id);
    }

    private void WriteDirectory(LdifText ldif) => File.WriteAllText(_f.Ldif!, ldif.ToString());

    private void RemoveMailbox() => Directory.Delete(Path.Combine(_f.Server.Root, "example.com", "ann"), recursive: true);

    private List<string> Subjects(Guid account) => [.. _f.Items().Where(i => i.AccountId == account).Select(i => i.Subject)];

    private List<string> Messages(string account) =>
        [.. _f.Node.GetItems(new ItemQuery { Accounts = [account], Type = ItemType.Message }).Select(i => i.Subject)];
}
