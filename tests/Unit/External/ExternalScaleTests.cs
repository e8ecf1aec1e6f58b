using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.External;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

/// <summary>What a restore of 5,000 accounts may do once, and what it may keep.</summary>
[Collection(MemoryCollection.Name)]
public class ExternalScaleTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task The_directory_is_read_once_for_the_data_sources_of_all_accounts()
    {
        using var folder = new TempFolder();
        var accounts = Enumerable.Range(0, 200).Select(n => AccountWithDataSource(n)).ToList();
        var directory = new ExternalDirectory(new BackupLayout(folder["other"]), new ExternalRestoreRequest { Path = folder["other"] }, accounts, new RecordingSink());
        var target = new TakingDirectory();
        int reads = 0;
        await directory.RestoreDataSourcesAsync(
            target,
            _ =>
            {
                reads++;

                // The last one was here before, with another id.
                return new(new ProvisioningSnapshot("", [.. accounts.Select((a, n) => new ProvisioningEntry(ProvisioningKind.Account, n == 199 ? "other" : $"id-{n}", a.Name, a.Attributes))]));
            },
            default);
        Assert.Equal(1, reads);
        Assert.Equal(accounts.Take(199).Select(a => a.Name), target.Children.Select(c => c.Account));
    }

    [Fact]
    public async Task What_is_here_of_an_account_is_loaded_when_its_turn_comes()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        var id = reader.Items.Find(Ann);
        int loaded = 0;
        var plan = new ExternalItemsPlan(reader, new ExternalRestoreRequest { Path = f.BackupPath }, () =>
        {
            loaded++;
            return PresentItems.Load(f.Layout, reader.Catalog, id, id, sameIds: true);
        }) { SourceAccount = id, Account = Ann, Target = Ann };
        _ = plan.Count();
        _ = plan.Folders((_, _) => { });
        Assert.Equal(0, loaded);
        Assert.All(plan.Items(), i => Assert.True(i.LivesAlready));
        Assert.Equal(1, loaded);
    }

    [Fact]
    public async Task What_is_here_is_held_in_little_memory()
    {
        const int Items = 100_000;
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var item = f.Items().Single();
        var other = Guid.NewGuid();
        IdMap.Append(f.Layout.IdMapper(item.AccountId), Enumerable.Range(1, Items).Select(n => (other, new ItemId(n), item.Id, Digest.Of(BitConverter.GetBytes(n)))));
        using var catalog = StoreReader.OpenCatalog(f.Layout, null);
        long bytes = MemoryCollection.BytesOf(() => PresentItems.Load(f.Layout, catalog, item.AccountId, other, sameIds: false));
        Assert.InRange(bytes / Items, 16, 120);

        var present = PresentItems.Load(f.Layout, catalog, item.AccountId, other, sameIds: false);
        Assert.True(present.Contains(new ItemId(7), Digest.Of(BitConverter.GetBytes(7))));
        Assert.False(present.Contains(new ItemId(7), Digest.Of(BitConverter.GetBytes(8))));
        Assert.False(present.Contains(new ItemId(8), Digest.Of(BitConverter.GetBytes(7))));
    }

    private static Account AccountWithDataSource(int n) => new()
    {
        Id = Guid.NewGuid(),
        Name = $"user{n}@example.com",
        Attributes = new ProvisioningAttributes
        {
            ["zimbraId"] = [$"id-{n}"],
            ["entry:cn=pop"] = ["objectClass: zimbraDataSource", "cn: pop"],
        },
    };

    /// <summary>Takes everything; asked for single entries it refuses, for each would be a reading of the whole directory.</summary>
    private sealed class TakingDirectory : IProvisioningTarget
    {
        public List<ProvisioningChild> Children { get; } = [];

        public string Description => "a directory";

        public ValueTask<ProvisioningEntry?> FindAsync(ProvisioningKind kind, string name, CancellationToken token) => throw new InvalidOperationException("The directory is read for one account.");

        public ValueTask<IReadOnlyList<ProvisioningResult>> AddAsync(IReadOnlyList<ProvisioningEntry> entries, CancellationToken token) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<ProvisioningResult>> AddChildrenAsync(IReadOnlyList<ProvisioningChild> children, CancellationToken token)
        {
            Children.AddRange(children);
            return new([.. children.Select(_ => new ProvisioningResult(true, null))]);
        }

        public ValueTask<bool?> SetAttributeAsync(
            ProvisioningKind kind, string name, string attribute, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken token) => throw new NotSupportedException();
    }
}
