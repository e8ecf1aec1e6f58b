using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Searching;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

/// <summary>One reader serves a whole pipeline, and nothing that it shows is out of date once an operation has ended.</summary>
public class KeptReaderTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task A_pipeline_looks_at_all_accounts_once()
    {
        using var f = await WithMailAsync(accounts: 10);
        f.Reopen();
        f.Node.Reading.LookAgain = TimeSpan.FromHours(1);
        foreach (var item in f.Items())
        {
            Assert.NotEmpty(f.Content(item));
            Assert.Single(f.Node.GetHistory(item.Account, item.Id));
            Assert.Single(f.Node.GetItems(new ItemQuery { Accounts = [item.Account], Ids = [item.Id] }));
            Assert.NotEmpty(f.Node.GetAccountHistory(item.Account));
            Assert.NotEmpty(f.Node.Search(new SearchQuery { Text = "Body", Accounts = [item.Account] }));
        }

        Assert.Equal(1, f.Node.Reading.FullLooks);
    }

    [Fact]
    public async Task What_another_process_has_scanned_is_shown_at_once()
    {
        using var f = await WithMailAsync(accounts: 2);
        using var other = BackupNode.Open(f.BackupPath, f.Options);
        for (int i = 0; i < 12; i++)
        {
            int before = f.Items().Count;
            f.Server.Folder($"new{i}@example.com");
            string mail = f.Server.Deliver(i % 3 == 0 ? $"new{i}@example.com" : Ann, folder: i % 2 == 0 ? "" : $".Folder {i}", subject: $"Number {i}");
            Assert.Equal(OperationState.Completed, (await other.RunAsync(other.Submit(new ScanRequest()), null, default)).State);
            var items = f.Items();
            Assert.Equal(before + 1, items.Count);
            var item = Assert.Single(items, x => x.Subject == $"Number {i}");
            Assert.Equal(i % 2 == 0 ? "INBOX" : $"Folder {i}", item.Folder);
            Assert.Equal(await File.ReadAllBytesAsync(mail), f.Content(item));
        }
    }

    [Fact]
    public async Task Within_an_operation_that_goes_on_commits_and_accounts_show_without_a_look_at_everything()
    {
        using var f = await WithMailAsync(accounts: 3);
        f.Reopen();
        f.Node.Reading.LookAgain = TimeSpan.FromHours(1);
        using var held = WriterLock.TryAcquire(f.Layout.WriterLock);
        Assert.NotNull(held);
        Assert.NotEmpty(f.Items());
        int looks = f.Node.Reading.FullLooks;
        var ann = f.Items().First(i => i.Account == Ann);
        (AccountStat.Read(f.Layout, ann.AccountId)! with { Name = "renamed@example.com" }).Write(f.Layout, ann.AccountId);
        Assert.Equal(ann.Id, f.Node.GetHistory("renamed@example.com", ann.Id)[0].Id);
        Assert.Equal(ErrorIds.AccountNotFound, Assert.Throws<MailBackupException>(() => f.Node.GetHistory(Ann, ann.Id)).ErrorId);

        using (var store = StoreWriter.Open(f.Layout))
        {
            var journal = store.OpenJournal(ann.AccountId);
            store.Append(journal, ann.Id, null, DateTimeOffset.UtcNow);
            store.Commit();
        }

        Assert.True(f.Node.GetHistory("renamed@example.com", ann.Id)[^1].Deleted);
        Assert.Equal(looks, f.Node.Reading.FullLooks);
    }

    [Fact]
    public async Task A_stream_goes_on_with_the_reader_that_it_began_with()
    {
        using var f = await WithMailAsync(accounts: 3);
        int all = f.Items().Count;
        using (var stream = f.Node.GetItems(new ItemQuery { Type = ItemType.Message }).GetEnumerator())
        {
            Assert.True(stream.MoveNext());
            f.Server.Deliver(Bob);
            await f.ScanAsync();
            Assert.Equal(all + 1, f.Items().Count);
            int n = 1;
            while (stream.MoveNext())
            {
                n++;
            }

            Assert.InRange(n, all, all + 1);
        }

        f.Node.Dispose();
        Assert.Equal(all + 1, f.Items().Count);
    }

    [Fact]
    public async Task Readers_of_many_threads_and_scans_go_on_beside_each_other()
    {
        using var f = await WithMailAsync(accounts: 4);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(n => Task.Run(() =>
        {
            int last = 0, rounds = 0;
            while (!stop.IsCancellationRequested || rounds == 0)
            {
                var items = f.Items();
                Assert.True(items.Count >= last, "Mails have gone.");
                last = items.Count;
                Assert.NotEmpty(f.Content(items[rounds++ % items.Count]));
            }
        })).ToArray();
        for (int i = 0; i < 10; i++)
        {
            f.Server.Deliver(i % 2 == 0 ? Ann : Bob);
            await f.ScanAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(4 * 3 + 10, f.Items().Count);
    }

    [Fact]
    public async Task State_that_is_gone_is_made_anew_beneath_an_open_node()
    {
        using var f = await WithMailAsync(accounts: 2);
        var items = f.Items();
        Directory.Delete(f.Layout.State, recursive: true);
        Assert.Equal(items.Select(i => (i.Account, i.Id)), f.Items().Select(i => (i.Account, i.Id)));
        Assert.NotEmpty(f.Content(items[0]));
    }

    [Fact]
    public async Task An_older_copy_that_was_put_back_is_seen()
    {
        using var f = await WithMailAsync(accounts: 2);
        Copies.CopyFolder(Path.Combine(f.BackupPath, "accounts"), f["older"]);
        int before = f.Items().Count;
        f.Server.Deliver(Ann);
        f.Server.Deliver("late@example.com");
        await f.ScanAsync();
        Assert.Equal(before + 2, f.Items().Count);

        // As rsync does: no lock, no word to anybody, the same folders.
        foreach (string file in Directory.GetFiles(f["older"], "*", SearchOption.AllDirectories))
        {
            Copies.WriteBackFile(file, Path.Combine(f.BackupPath, "accounts", Path.GetRelativePath(f["older"], file)));
        }

        Directory.Delete(Path.Combine(f.BackupPath, "accounts", f.Items().Single(i => i.Account == "late@example.com").AccountId.ToString("D")), recursive: true);
        var until = DateTime.UtcNow.AddSeconds(30);
        while (f.Items().Count != before && DateTime.UtcNow < until)
        {
            await Task.Delay(200);
        }

        Assert.Equal(before, f.Items().Count);
        Assert.DoesNotContain(f.Items(ItemSelection.All), i => i.Account == "late@example.com");
    }

    [Fact]
    public async Task The_log_of_changed_accounts_is_answered_by_a_whole_look_when_it_was_begun_anew()
    {
        using var f = await WithMailAsync(accounts: 2);
        string log = f.Layout.AccountChanges;
        var end = AccountChanges.End(log)!.Value;
        var id = f.Layout.ListAccounts().First();
        Assert.Empty(AccountChanges.Since(log, end)!.Value.Accounts);
        AccountChanges.Note(f.Layout, id);
        Assert.Equal([id], AccountChanges.Since(log, end)!.Value.Accounts);

        // Cut short by a full disk: what follows is not read askew.
        using (var file = File.OpenWrite(log))
        {
            file.SetLength(file.Length - 5);
        }

        AccountChanges.Note(f.Layout, id);
        Assert.Equal([id], AccountChanges.Since(log, end)!.Value.Accounts);
        File.Delete(log);
        Assert.Null(AccountChanges.Since(log, end));
        AccountChanges.Note(f.Layout, id);
        Assert.Null(AccountChanges.Since(log, end));
    }

    [Fact]
    public async Task Another_servers_path_is_kept_open_too_and_shows_what_its_own_server_does()
    {
        using var f = await WithMailAsync(accounts: 3);
        using var reader = BackupNode.OpenForReading(f.BackupPath, new NodeOptions { Home = f["another home"] });
        Assert.NotNull(reader.ForeignOwner);
        await Task.Delay(2_500);
        int count = reader.GetItems(new ItemQuery { Type = ItemType.Message }).Count();
        reader.Reading.LookAgain = TimeSpan.FromHours(1);
        int looks = reader.Reading.FullLooks;
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(count, reader.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
        }

        Assert.Equal(looks, reader.Reading.FullLooks);
        for (int i = 1; i < 5; i++)
        {
            f.Server.Deliver(Ann);
            await f.ScanAsync();
            Assert.Equal(count + i, reader.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
        }
    }

    private static async Task<NodeFixture> WithMailAsync(int accounts)
    {
        var f = new NodeFixture();
        foreach (string account in new[] { Ann, Bob }.Concat(Enumerable.Range(2, 100).Select(n => $"user{n}@example.com")).Take(accounts))
        {
            for (int i = 0; i < 3; i++)
            {
                f.Server.Deliver(account);
            }
        }

        await f.ScanAsync();
        Assert.Equal(OperationState.Completed, (await f.RunAsync(new SearchIndexRequest())).State);
        return f;
    }
}
