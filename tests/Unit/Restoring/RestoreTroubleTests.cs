using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

/// <summary>Faults in what is read and in what is written: each costs its item, and the report says which kind it is.</summary>
public class RestoreTroubleTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Theory]
    [InlineData("flip", ErrorIds.BlobDamaged, TroubleCategory.BrokenItem)]
    [InlineData("truncate", ErrorIds.BlobDamaged, TroubleCategory.BrokenItem)]
    [InlineData("remove", ErrorIds.BlobMissing, TroubleCategory.ReadError)]
    [InlineData("directory", ErrorIds.BlobUnreadable, TroubleCategory.ReadError)]
    public async Task A_bundle_that_is_not_as_it_was(string fault, string errorId, TroubleCategory category)
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 3; i++)
        {
            f.Server.Deliver(Ann, body: string.Concat(Enumerable.Range(0, 4000).Select(n => (char)('a' + ((n * 31 * (i + 7)) % 26)))));
        }

        await f.ScanAsync();
        var items = f.Items();
        string bundle = f.Layout.Bundle(f.Layout.ListBundles()[0]);

        // Several fetchers store: the order of the contents is not that of the items.
        var last = items.MaxBy(i => Place(f, i).Offset)!;
        var (offset, length) = Place(f, last);
        byte[] bytes = File.ReadAllBytes(bundle);
        switch (fault)
        {
            case "flip":
                // In the compressed bytes: a flip in the name in the header costs nothing.
                bytes[offset + length - 12] ^= 0x55;
                File.WriteAllBytes(bundle, bytes);
                break;
            case "truncate":
                // Under the eyes of a reader that has its catalog already.
                break;
            case "remove":
                File.Delete(bundle);
                break;
            default:
                File.Delete(bundle);
                Directory.CreateDirectory(bundle);
                break;
        }

        Directory.Delete(f.Server.Folder(Ann), recursive: true);
        using var reader = new BackupReader(f.Layout, Catalog.OpenExisting(f.Layout)!);
        if (fault == "truncate")
        {
            File.WriteAllBytes(bundle, bytes[..(int)(offset + (length / 2))]);
        }

        var (report, troubles) = await RunAsync(f, reader);
        var broken = troubles.Where(t => t.Item == last.Id.Value).ToList();
        Assert.Equal((errorId, category), (broken[0].ErrorId, broken[0].Category));
        Assert.Equal(fault is "remove" or "directory" ? 3 : 1, report.Unrestored);
        Assert.Equal(3, report.Restored + report.Unrestored - 1); // and the folder
        var unrestored = Assert.Single(report.UnrestoredItems);
        Assert.Equal(report.Unrestored, unrestored.Items.Count);
        Assert.Contains(last.Id.Value, unrestored.Items);
        Assert.False(unrestored.WholeAccount);
    }

    [Fact]
    public async Task What_the_server_refuses_is_an_invalid_item()
    {
        using var f = new NodeFixture();
        var refused = Enumerable.Range(0, 5).Select(_ => f.Server.Deliver(Ann)).ToList();
        await f.ScanAsync();
        var items = f.Items();
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        var (report, troubles) = await RunAsync(f, reader, new PickyTarget(items[1].Digest!.Value, new IOException("No such luck.")));
        Assert.Equal((4L + 1, 0L, 1L), report.Counts());
        Assert.Equal((ErrorIds.InternalError, (long?)items[1].Id.Value), (Assert.Single(troubles).ErrorId, troubles[0].Item));

        var error = new MailBackupException(ErrorIds.ItemRestoreFailed, "Too large.", "Raise the limit.");
        (_, troubles) = await RunAsync(f, reader, new PickyTarget(items[1].Digest!.Value, error));
        Assert.Equal((ErrorIds.ItemRestoreFailed, TroubleCategory.InvalidItem), (Assert.Single(troubles).ErrorId, troubles[0].Category));
    }

    [Fact]
    public async Task What_did_not_become_durable_is_not_called_restored()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        var sink = new RecordingSink();
        var error = await Assert.ThrowsAsync<MailBackupException>(() => RunAsync(f, reader, new PickyTarget(default, null, flushes: 1), sink));
        Assert.Equal(ErrorIds.ItemRestoreFailed, error.ErrorId);
        Assert.Equal((1L, 0L, 2L), sink.Last!.Counts()); // the folder had been made durable
        Assert.Equal(2, Assert.Single(sink.Last!.UnrestoredItems).Items.Count);
    }

    [Fact]
    public async Task An_account_that_fails_costs_that_account()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        Directory.Delete(f.Server.Root, recursive: true);
        Directory.CreateDirectory(Path.Combine(f.Server.Root, "example.com"));
        File.WriteAllText(Path.Combine(f.Server.Root, "example.com", "ann"), "in the way");
        var operation = await f.RunAsync(new RestoreRequest());
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(2, operation.Report!.Restored);
        Assert.Equal((Ann, true), (Assert.Single(operation.Report.UnrestoredItems).Account, operation.Report.UnrestoredItems[0].WholeAccount));

        File.Delete(Path.Combine(f.Server.Root, "example.com", "ann"));
        var again = Assert.IsType<RestoreRequest>(Assert.Single(RestoreAgain.Of(operation)));
        Assert.Equal(Ann, again.Account);
        Assert.Equal(2, (await f.RestoreAsync(again)).Restored);
    }

    [Fact]
    public async Task Just_what_was_not_restored_is_restored_again()
    {
        using var f = new NodeFixture();
        f.Server.Folder(Ann);
        for (int i = 0; i < 4; i++)
        {
            f.Server.Deliver(Ann, ".Work");
        }

        await f.ScanAsync();
        var items = f.Items();
        string bundle = f.Layout.Bundle(f.Layout.ListBundles()[0]);
        byte[] bytes = File.ReadAllBytes(bundle);
        var (offset, length) = Place(f, items[2]);
        File.WriteAllBytes(bundle, [.. bytes.Select((b, i) => i == offset + length - 12 ? (byte)(b ^ 0xFF) : b)]);

        var operation = await f.RunAsync(new RestoreRequest { Account = Ann, Folder = "Back" });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((3L, 0L, 1L), operation.Report!.Counts());
        operation = f.Node.Operations.Find(operation.Id)!; // as it was stored
        Assert.Equal([items[2].Id.Value], Assert.Single(operation.Report!.UnrestoredItems).Items);
        Assert.Equal(TroubleCategory.BrokenItem, Assert.Single(operation.Report!.Troubles).Category);

        File.WriteAllBytes(bundle, bytes);
        var again = Assert.IsType<RestoreRequest>(Assert.Single(RestoreAgain.Of(operation)));
        Assert.Equal((Ann, "Back"), (again.Account, again.Folder));
        var done = await f.RunAsync(again);
        Assert.Equal((1L, 0L, 0L), done.Report!.Counts());
        Assert.Equal(ErrorIds.NothingToRestore, Assert.Throws<MailBackupException>(() => RestoreAgain.Of(done)).ErrorId);

        // And the whole, once more, restores nothing.
        Assert.Equal((0L, 4L, 0L), (await f.RestoreAsync(new RestoreRequest { Account = Ann, Folder = "Back" })).Counts());
    }

    [Fact]
    public async Task More_than_a_report_keeps_troubles_of_is_kept_by_id()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var ids = Enumerable.Range(1000, 2500).Select(i => (long)i).ToList();
        var operation = await f.RunAsync(new RestoreRequest { Account = Ann, Items = ids });
        operation = f.Node.Operations.Find(operation.Id)!;
        Assert.Equal(2500, operation.Report!.Unrestored);
        Assert.Equal(1000, operation.Report!.Troubles.Count);
        Assert.Equal(ids, Assert.Single(operation.Report!.UnrestoredItems).Items);
    }

    [Fact]
    public async Task An_account_comes_back_newest_first()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 50; i++)
        {
            f.Server.Deliver(Ann, i % 2 == 0 ? "" : ".Work");
        }

        await f.ScanAsync();
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        var account = reader.Items.Find(Ann);
        var dates = Plan(reader, account).Items().Select(i => reader.ReadState(account, i.Place).Date).ToList();
        Assert.Equal(50, dates.Count);
        Assert.Equal(dates.OrderDescending(), dates);
    }

    [Theory]
    [InlineData("", new long[0])]
    [InlineData("7", new long[] { 7 })]
    [InlineData("7,8", new long[] { 7, 8 })]
    [InlineData("1-3,7,9,20-22", new long[] { 1, 2, 3, 7, 9, 20, 21, 22 })]
    public void Ids_are_written_short(string text, long[] ids)
    {
        Assert.Equal(text, new UnrestoredItems(Ann, ids).Ids);
        Assert.Equal(ids, UnrestoredItems.ParseIds(text));
    }

    private static AccountPlan Plan(BackupReader reader, Guid account) => new SelectionPlan(reader, new RestoreRequest())
    {
        SourceAccount = account,
        Account = Ann,
        Target = Ann,
        CreateTarget = true,
    };

    private static async Task<(OperationReport Report, List<ItemTrouble> Troubles)> RunAsync(
        NodeFixture f, BackupReader reader, IRestoreTarget? target = null, RecordingSink? sink = null)
    {
        sink ??= new RecordingSink();
        await using var source = f.Node.OpenSource();
        var runner = new RestoreRunner(new StoreSource(reader), target ?? source.RestoreTarget!, sink);
        var report = await runner.RunAsync([Plan(reader, reader.Items.Find(Ann))], default);
        return (report, sink.Troubles);
    }

    /// <summary>Where the last part of an item's content stands in the first bundle.</summary>
    private static (long Offset, long Length) Place(NodeFixture f, BackupItem item)
    {
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        var account = reader.Items.Find(item.Account);
        var state = reader.ReadState(account, new PlaceListing(reader.Catalog).Named(account, [item.Id], null).Single().Place!.Value.Place);
        var location = reader.Catalog.FindBlob(state.Body ?? state.Digest!.Value)!.Value;
        return (location.Offset, location.Length);
    }

    /// <summary>A server that takes everything but one content, and makes nothing durable after some flushes.</summary>
    private sealed class PickyTarget(Digest refused, Exception? refusal, int flushes = int.MaxValue) : IRestoreTarget
    {
        private int _flushes;

        public ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token) => ValueTask.CompletedTask;

        public ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token) => new(true);

        public async ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token)
        {
            await using var content = await item.OpenContent(token);
            await content.CopyToAsync(Stream.Null, token);
            return refusal is not null && item.State.Digest == refused ? throw refusal : new RestoredItem(false, item.State.Key, item.State.Date);
        }

        public ValueTask<int> AddMountpointsAsync(string account, IReadOnlyList<string> mountpoints, CancellationToken token) => new(0);

        public ValueTask FlushAsync(string? account, CancellationToken token) => ++_flushes <= flushes ? ValueTask.CompletedTask
            : throw new MailBackupException(ErrorIds.ItemRestoreFailed, "No space.", "Make room.");
    }
}
