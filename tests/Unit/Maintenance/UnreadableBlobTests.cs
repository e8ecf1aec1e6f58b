using MailBackup.Maintenance.Checking;
using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary>A device that does not give out a blob, for a moment or for good: the blob is bad as long, and is never given up.</summary>
public class UnreadableBlobTests
{
    [Fact]
    public async Task What_could_not_be_read_for_a_moment_stays_where_it_is()
    {
        using var node = await DamagedNode.CreateAsync();
        byte[] before = File.ReadAllBytes(node.Bundle);
        using var index = new CheckIndex(node.Layout);
        var (sink, findings) = await CheckAsync(index, new FailingLayout(node.Layout));
        Assert.NotEmpty(sink.Troubles);
        Assert.All(sink.Troubles, t => Assert.Equal((ErrorIds.BlobUnreadable, true), (t.ErrorId, t.Item is not null)));

        // The moment is over.
        Assert.Equal(0, QuarantineRun.Run(node.Layout, index, findings, orphans: true, default));
        Assert.Equal(before, File.ReadAllBytes(node.Bundle));
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task While_the_newest_bundle_cannot_be_read_nothing_is_mended()
    {
        using var node = await DamagedNode.CreateAsync();
        DamagedNode.ChangeLines(node.Journal(DamagedNode.Ann), lines => lines.RemoveAt(4));
        var before = Truth(node);
        var failing = new FailingLayout(node.Layout);
        using var index = new CheckIndex(node.Layout);
        var (_, findings) = await CheckAsync(index, failing);
        Assert.Equal(
            ErrorIds.BlobUnreadable, Assert.Throws<MailBackupException>(() => QuarantineRun.Run(failing, index, findings, orphans: true, default)).ErrorId);
        Assert.Equal(before, Truth(node));
        Assert.True(File.Exists(node.Layout.Catalog));
    }

    /// <summary>What is broken in a bundle waits until all of the bundle can be written anew.</summary>
    [Fact]
    public async Task A_bundle_with_something_unreadable_in_it_is_left_as_it_is()
    {
        using var node = await DamagedNode.CreateAsync();
        using var index = new CheckIndex(node.Layout);
        index.AddGap(new BlobLocation(0, 100, 10, 0));
        index.AddGap(new BlobLocation(1, 100, 10, 0));
        index.NoteUnreadable(1);
        Assert.Equal([0], index.ListUnwanted(orphans: true).Select(u => u.Place.Bundle));
    }

    [Fact]
    public async Task A_piece_that_cannot_be_kept_whole_is_not_taken()
    {
        using var node = await DamagedNode.CreateAsync();
        using var quarantine = new QuarantineFolder(node.Layout);
        Assert.False(quarantine.Keep(node.Layout.Items, 0, 100, "blob", null, "damaged"));
        Assert.Equal(0, quarantine.Count);
        Assert.True(quarantine.Keep(node.Bundle, 10, 100, "blob", null, "damaged"));
        quarantine.Settle();
        string kept = Directory.GetFiles(quarantine.Folder, "*@10", SearchOption.AllDirectories).Single();
        Assert.Equal(File.ReadAllBytes(node.Bundle)[10..110], File.ReadAllBytes(kept));
    }

    private static async Task<(RecordingSink Sink, CheckFindings Findings)> CheckAsync(CheckIndex index, BackupLayout layout)
    {
        var sink = new RecordingSink();
        var findings = new CheckFindings(sink);
        var check = new CoherencyCheck(layout, new CheckRequest(), () => throw new InvalidOperationException("Asked for the source."), sink);
        await check.ProveAsync(index, findings, check.ChooseAccounts(), SampleWindow.Open(layout, null), whole: true, default);
        return (sink, findings);
    }

    private static SortedDictionary<string, string> Truth(DamagedNode node) => Copies.Snapshot(node.Layout.Root, f => !f.StartsWith("state/", StringComparison.Ordinal));

    /// <summary>Gives out no blob.</summary>
    private sealed class FailingLayout(BackupLayout layout) : BackupLayout(layout.Root)
    {
        internal override string BlobFile(Digest digest, BlobLocation location) => Root;
    }
}
