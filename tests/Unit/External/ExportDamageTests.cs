using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

/// <summary>An export may be the last copy of what the backup has lost: repeating it takes away nothing that the backup cannot read.</summary>
public class ExportDamageTests
{
    [Fact]
    public async Task Contents_of_a_bundle_that_is_lost_stay()
    {
        using var node = await ExportedAsync();
        var before = Exported(node);
        string bundle = node.Bundle;
        Break(node, () => File.Delete(bundle));
        var again = await node.Node.RunAsync(Request(node));
        Assert.Equal(OperationState.CompletedWithErrors, again.State);
        Assert.All(again.Report!.Troubles, t => Assert.Equal(ErrorIds.BlobMissing, t.ErrorId));
        Assert.Equal(before, Exported(node));
    }

    /// <summary>That one content is lost for good does not keep an export from following the backup.</summary>
    [Fact]
    public async Task What_the_backup_has_no_longer_goes_all_the_same()
    {
        using var node = await ExportedAsync();
        var before = Exported(node);
        string bundle = node.Bundle, bob = node.Account(DamagedNode.Bob).ToString();
        Break(node, () =>
        {
            File.Delete(bundle);
            Directory.Delete(Path.Combine(node.Layout.Accounts, bob), recursive: true);
        });
        Assert.Equal(OperationState.CompletedWithErrors, (await node.Node.RunAsync(Request(node))).State);
        var after = Exported(node);
        Assert.Equal(
            before.Keys.Where(f => f.StartsWith("accounts/", StringComparison.Ordinal) && !f.Contains(bob, StringComparison.Ordinal)),
            after.Keys.Where(f => f.StartsWith("accounts/", StringComparison.Ordinal)));

        // Contents that only he had.
        Assert.Equal(4, before.Count - after.Count - before.Keys.Count(f => f.Contains(bob, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Items_behind_damage_in_a_journal_stay(bool last)
    {
        using var node = await ExportedAsync();
        var before = Exported(node);
        string journal = node.Journal(DamagedNode.Ann);
        Break(node, () => DamagedNode.ChangeLines(journal, lines => Spoil(lines, last ? lines.Count - 1 : lines.Count / 2)));
        var again = await node.Node.RunAsync(Request(node));
        Assert.Equal(OperationState.CompletedWithErrors, again.State);
        Assert.Equal((ErrorIds.JournalDamaged, DamagedNode.Ann), (Assert.Single(again.Report!.Troubles).ErrorId, again.Report.Troubles[0].Account));
        Assert.Contains(again.Report.Warnings, w => w.StartsWith("Nothing was taken out", StringComparison.Ordinal));
        Assert.Equal(before, Exported(node));
    }

    [Theory]
    [InlineData("first")]
    [InlineData("gone")]
    public async Task An_account_whose_own_journal_is_damaged_stays_and_is_told(string damage)
    {
        using var node = await ExportedAsync();
        var before = Exported(node);
        string info = node.Layout.AccountInfo(node.Account(DamagedNode.Ann)).Segment(1);
        Break(node, () =>
        {
            if (damage == "gone")
            {
                File.Delete(info);
            }
            else
            {
                DamagedNode.ChangeLines(info, lines => Spoil(lines, 1));
            }
        });
        var again = await node.Node.RunAsync(Request(node));
        Assert.Equal(OperationState.CompletedWithErrors, again.State);
        Assert.Equal((ErrorIds.JournalDamaged, DamagedNode.Ann), (Assert.Single(again.Report!.Troubles).ErrorId, again.Report.Troubles[0].Account));
        Assert.Equal(before, Exported(node));
    }

    private static BackupExportRequest Request(DamagedNode node) => new() { Destination = node.Node["export"] };

    private static async Task<DamagedNode> ExportedAsync()
    {
        var node = await DamagedNode.CreateAsync();
        var operation = await node.Node.RunAsync(Request(node));
        Assert.True(operation.State == OperationState.Completed, operation.Error);
        return node;
    }

    /// <summary>Accounts, items and contents.</summary>
    private static SortedDictionary<string, string> Exported(DamagedNode node) =>
        Copies.Snapshot(node.Node["export"], f => f.StartsWith("items/", StringComparison.Ordinal) || f.StartsWith("accounts/", StringComparison.Ordinal));

    private static void Break(DamagedNode node, Action change)
    {
        node.Node.Node.Dispose();
        change();
        Array.ForEach(Directory.GetFiles(node.Layout.State, "catalog.db*"), File.Delete);
        node.Node.Reopen();
    }

    /// <summary>Two bytes: one would be told from its checksum by a repair.</summary>
    private static void Spoil(List<string> lines, int line)
    {
        int at = lines[line].IndexOf("\"start\":\"", StringComparison.Ordinal) + 9;
        lines[line] = lines[line][..at] + "19" + lines[line][(at + 2)..];
    }
}
