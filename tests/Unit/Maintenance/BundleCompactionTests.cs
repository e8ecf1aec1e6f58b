using MailBackup.Maintenance.Purging;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary>Bundles of their real size, 64 MiB, give their room back, at any interruption without loss.</summary>
[Collection("Long tests, one after another")]
public sealed class BundleCompactionTests : IDisposable
{
    private const string Ann = "ann@example.com";
    private const int Big = 3 << 20;

    private readonly NodeFixture _f = new();
    private readonly List<string> _files = [];

    public void Dispose() => _f.Dispose();

    [Fact]
    public async Task A_mostly_dead_bundle_goes_after_its_grace_and_what_is_needed_of_it_is_kept()
    {
        await FillAsync();
        var kept = Contents();
        string bundle = _f.Layout.Bundle(0);

        var report = await PurgeAsync(31);
        Assert.True(File.Exists(bundle));
        Assert.Contains(report.Warnings, w => w.Contains("24 hours", StringComparison.Ordinal));
        Assert.Equal(kept, Contents());

        Assert.True(File.Exists(bundle));
        report = await PurgeAsync(31.5);
        Assert.True(File.Exists(bundle));
        report = await PurgeAsync(32.1);
        Assert.False(File.Exists(bundle));
        Assert.True(report.BytesFreed >= BundleAppender.SealBytes);
        Assert.Equal(kept, Contents());
        await _f.AssertCoherentAsync();
        await _f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task What_comes_back_during_the_grace_is_stored_again()
    {
        string gone = (await FillAsync())[0];
        byte[] content = _gone[gone];
        await PurgeAsync(31);

        // The very same mail again: its content still lies in the bundle that is about to go.
        File.WriteAllBytes(gone, content);
        await _f.ScanAsync();
        await PurgeAsync(33);
        await PurgeAsync(40);
        Assert.False(File.Exists(_f.Layout.Bundle(0)));
        Assert.Contains(_f.Items(), i => _f.Content(i).AsSpan().SequenceEqual(content));
        await _f.AssertCoherentAsync();
    }

    [Fact]
    public async Task Content_that_a_rebuilt_catalog_finds_in_a_doomed_bundle_is_saved_before_it_goes()
    {
        string gone = (await FillAsync())[0];
        byte[] content = _gone[gone];
        await PurgeAsync(31);
        _f.Node.Dispose();
        File.Delete(_f.Layout.Catalog);
        _f.Reopen();
        File.WriteAllBytes(gone, content);
        await _f.ScanAsync();

        await PurgeAsync(33);
        await PurgeAsync(35);
        Assert.False(File.Exists(_f.Layout.Bundle(0)));
        Assert.Contains(_f.Items(), i => _f.Content(i).AsSpan().SequenceEqual(content));
        await _f.AssertCoherentAsync();
    }

    [Fact]
    public async Task A_rebuilt_catalog_finds_the_bundles_though_the_first_two_have_gone()
    {
        _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        var kept = Contents();

        // As purges leave it: their content has moved on, and the numbers begin later.
        _f.Node.Dispose();
        File.Move(_f.Layout.Bundle(0), _f.Layout.Bundle(2));
        File.Delete(_f.Layout.Catalog);
        _f.Reopen();
        Assert.Equal(kept, Contents());
        _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        Assert.False(File.Exists(_f.Layout.Bundle(0)));
        await _f.AssertCoherentAsync();
        await _f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_bundle_with_little_dead_content_is_left_alone()
    {
        _f.Node.UpdateConfiguration(c => c with { PurgeCompactionPercent = 99 });
        await FillAsync();
        await PurgeAsync(31, noGrace: true);
        Assert.True(File.Exists(_f.Layout.Bundle(0)));
        await _f.AssertCoherentAsync();
    }

    [Fact]
    public async Task A_damaged_blob_that_is_needed_keeps_its_bundle()
    {
        await FillAsync();
        var (_, location) = NeededInFirstBundle();
        using (var bundle = new FileStream(_f.Layout.Bundle(0), FileMode.Open, FileAccess.ReadWrite))
        {
            bundle.Position = location.Offset + (location.Length / 2);
            int b = bundle.ReadByte();
            bundle.Position--;
            bundle.WriteByte((byte)(b ^ 1));
        }

        var operation = await RunAsync(31, noGrace: true);
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(ErrorIds.BlobDamaged, operation.Report!.Troubles[0].ErrorId);
        Assert.True(File.Exists(_f.Layout.Bundle(0)));
    }

    /// <summary>A catalog that was made anew over a damaged header does not know what stood there; a journal does.</summary>
    [Fact]
    public async Task A_bundle_in_which_a_needed_blob_may_be_stays_when_the_catalog_knows_no_place_of_it()
    {
        await FillAsync();
        var (_, location) = NeededInFirstBundle();
        using (var bundle = new FileStream(_f.Layout.Bundle(0), FileMode.Open, FileAccess.ReadWrite))
        {
            bundle.Position = location.Offset;
            bundle.WriteByte(0);
        }

        _f.Node.Dispose();
        Directory.Delete(_f.Layout.State, recursive: true);
        _f.Reopen();
        var operation = await RunAsync(31, noGrace: true);
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Contains(operation.Report!.Troubles, t => t.ErrorId == ErrorIds.BlobDamaged && t.Path!.StartsWith(_f.Layout.Bundle(0), StringComparison.Ordinal));
        Assert.True(File.Exists(_f.Layout.Bundle(0)));
    }

    [Fact]
    public async Task A_needed_blob_that_the_catalog_does_not_list_is_moved_all_the_same()
    {
        await FillAsync();
        var kept = Contents();
        var (digest, _) = NeededInFirstBundle();
        using (var catalog = Catalog.OpenOrCreate(_f.Layout))
        using (var db = catalog.Connect())
        using (var delete = db.Prepare("DELETE FROM blob WHERE digest = ?"))
        {
            delete.Bind(0, digest).Run();
        }

        var operation = await RunAsync(31, noGrace: true);
        Assert.Equal(OperationState.Completed, operation.State);
        Assert.False(File.Exists(_f.Layout.Bundle(0)));
        Assert.Equal(kept, Contents());
        await _f.AssertCoherentAsync();
    }

    /// <summary>At every step, with the catalog as it then is, as it was before, and gone.</summary>
    [Fact]
    public async Task A_purge_that_ends_at_any_step_loses_nothing_and_is_finished_by_the_next()
    {
        await FillAsync();
        string bob = _f.Server.Deliver("bob@example.com");
        await _f.ScanAsync();
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(bob)!)!)!, recursive: true);
        await _f.ScanAsync();
        var expected = Contents();
        var left = new SortedDictionary<string, string>(expected.Where(c => c.Key.StartsWith(Ann, StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);
        _f.Node.Dispose();
        string original = _f["original"];
        Copies.CopyFolder(_f.BackupPath, original);

        int last = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int stopAt = 1; last == 0 || stopAt <= last; stopAt++)
        {
            int catalog = stopAt % 3;
            Directory.Delete(_f.BackupPath, recursive: true);
            Copies.CopyFolder(original, _f.BackupPath);
            StoreReader.OpenCatalog(_f.Layout, null).Dispose();
            File.Copy(_f.Layout.Catalog, _f["catalog-before"], overwrite: true);
            int steps = await InterruptAsync(stopAt, names);
            if (steps < stopAt)
            {
                last = steps;
                break;
            }

            if (catalog == 1)
            {
                // As after a power failure: the journals are new, the catalog is not.
                File.Delete(_f.Layout.Catalog + "-wal");
                File.Delete(_f.Layout.Catalog + "-shm");
                Copies.WriteBackFile(_f["catalog-before"], _f.Layout.Catalog);
            }
            else if (catalog == 2)
            {
                File.Delete(_f.Layout.Catalog);
            }

            _f.Reopen();
            AssertSame(_lastStep is "log accounts" or "move account" ? expected : left, $"after step {stopAt} ({_lastStep}), catalog {catalog}");
            await _f.AssertCoherentAsync();
            await PurgeAsync(32, noGrace: true);
            AssertSame(left, $"after the purge that followed step {stopAt} ({_lastStep}), catalog {catalog}");
            Assert.Empty(_f.Items(ItemSelection.Deleted));
            Assert.False(File.Exists(_f.Layout.Bundle(0)));
            Assert.DoesNotContain(_f.Node.GetAccounts(), a => a.Deleted);
            await _f.AssertCoherentAsync();
            _f.Node.Dispose();
        }

        Assert.True(last > 12, $"Only {last} steps.");
        Assert.Superset(
            new HashSet<string>(["log accounts", "move account", "log journals", "rewrite segment", "keep stat", "follow journals", "move blob", "commit blobs", "forget bundle", "log bundle", "delete bundle"], StringComparer.Ordinal),
            names);
        _f.Reopen();
    }

    private string _lastStep = "";

    private readonly Dictionary<string, byte[]> _gone = new(StringComparer.Ordinal);

    /// <summary>25 big mails, of which the first 20 are deleted: the first bundle is mostly dead.</summary>
    private async Task<List<string>> FillAsync()
    {
        for (int i = 0; i < 26; i++)
        {
            _files.Add(_f.Server.Deliver(Ann, body: PurgeTests.Text(Big, i)));
        }

        // Needed ones among the dead.
        var gone = _files.Where((_, i) => i % 5 != 4 && i < 24).ToList();
        await _f.ScanAsync();
        Assert.True(_f.Layout.ListBundles().Count > 1);
        foreach (string file in gone)
        {
            _gone[file] = File.ReadAllBytes(file);
            File.Delete(file);
        }

        await _f.ScanAsync();
        return gone;
    }

    /// <summary>Several threads read the mails, so that which of them came into the first bundle is not their order in the folder.</summary>
    private (Digest Digest, BlobLocation Place) NeededInFirstBundle()
    {
        using var catalog = StoreReader.OpenCatalog(_f.Layout, null);
        var reader = new BackupReader(_f.Layout, catalog);
        return _f.Items().Where(i => i.Size > Big).Select(i => reader.FindState(Ann, i.Id, null).State.Body!.Value)
            .Select(body => (body, catalog.FindBlob(body)!.Value)).First(b => b.Value.Bundle == 0);
    }

    private void AssertSame(SortedDictionary<string, string> expected, string when)
    {
        var now = Contents();
        var missing = expected.Except(now).Select(c => c.Key).ToList();
        var extra = now.Except(expected).Select(c => c.Key).ToList();
        Assert.True(missing.Count + extra.Count == 0, $"{when}: missing {string.Join(", ", missing)}; too many {string.Join(", ", extra)}");
    }

    private SortedDictionary<string, string> Contents()
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in _f.Items())
        {
            contents[$"{item.Account} {item.Id} {item.Folder} {item.Flags}"] = Digest.Of(_f.Content(item)).ToString();
        }

        return contents;
    }

    /// <returns>Steps that were reached.</returns>
    private async Task<int> InterruptAsync(int stopAt, HashSet<string> names)
    {
        int step = 0;
        var run = new PurgeRun(_f.Layout, new PurgeRequest { NoGrace = true }, new(), new LaterClock(31), new RecordingSink())
        {
            BeforeStep = name =>
            {
                names.Add(_lastStep = name);
                if (++step == stopAt)
                {
                    throw new Killed();
                }
            },
        };
        try
        {
            await run.RunAsync(default);
        }
        catch (Killed)
        {
            // As if the process had ended.
        }

        return step;
    }

    private async Task<OperationReport> PurgeAsync(double days, bool noGrace = false)
    {
        var operation = await RunAsync(days, noGrace);
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }

    private Task<Operation> RunAsync(double days, bool noGrace)
    {
        _f.Node.Clock = new LaterClock(days);
        return _f.RunAsync(new PurgeRequest { NoGrace = noGrace });
    }

    private sealed class Killed : Exception;
}
