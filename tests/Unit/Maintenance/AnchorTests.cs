using MailBackup.Maintenance.Anchoring;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary>Anchors tell what became of each journal since.</summary>
public class AnchorTests
{
    [Fact]
    public async Task A_backup_that_only_grew_is_intact()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = ThroughFile(node, node.Node.Node.CreateAnchor());
        node.Node.Server.Deliver(DamagedNode.Ann, subject: "Later");
        node.Node.Server.Deliver("carl@example.com", subject: "New account");
        await node.Node.ScanAsync();
        var results = node.Node.Node.VerifyAnchor(anchor).ToList();
        Assert.All(results, r => Assert.True(r.IsTrusted, r.ToString()));
        Assert.Contains(results, r => r is { State: AnchorState.Intact, Account: DamagedNode.Ann } && r.Transactions == r.Anchored + 1);
        Assert.Contains(results, r => r is { State: AnchorState.New, Account: "carl@example.com" });
    }

    [Fact]
    public async Task A_cut_journal_is_truncated()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        DamagedNode.ChangeLines(node.Journal(DamagedNode.Ann), lines => lines.RemoveAt(lines.Count - 1));
        Assert.Equal(AnchorState.Truncated, State(node, anchor));
    }

    /// <summary>The chain has no secret: who can write can seal everything anew. Only the anchor shows it.</summary>
    [Fact]
    public async Task A_journal_that_was_sealed_anew_is_altered()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        string file = node.Journal(DamagedNode.Ann);
        DamagedNode.ChangeLines(file, lines =>
        {
            for (int i = 4; i < lines.Count; i++)
            {
                lines[i] = DamagedNode.Forge(lines[i], lines[i - 1], "Ann 1", "Ann 7");
            }
        });
        using (var reader = JournalReader.From(node.Layout.ItemJournal(node.Account(DamagedNode.Ann)), JournalPosition.Start))
        {
            while (reader.TryRead(out _))
            {
            }

            Assert.Equal(JournalReaderState.AtEnd, reader.State);
        }

        Assert.Equal(AnchorState.Altered, State(node, anchor));
    }

    [Fact]
    public async Task A_damaged_and_a_missing_journal_are_told()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        string file = node.Journal(DamagedNode.Ann);
        DamagedNode.Change(file, b => DamagedNode.Flip(b, b.Length / 2));
        Assert.Equal(AnchorState.Damaged, State(node, anchor));
        Assert.Equal(ErrorIds.JournalDamaged, Assert.Throws<MailBackupException>(() => node.Node.Node.CreateAnchor()).ErrorId);
        File.Delete(file);
        Assert.Equal(AnchorState.Missing, State(node, anchor));
    }

    [Fact]
    public async Task Lines_that_a_purge_removed_are_told_from_tampering()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        var journal = node.Layout.ItemJournal(node.Account(DamagedNode.Ann));
        var now = DateTimeOffset.UtcNow.AddSeconds(1);
        SegmentRewriter.Rewrite(journal, 1, now, line => TransactionLine.Read(line).Id.Value is 3 or 4 or 7);
        var purged = node.Node.Node.VerifyAnchor(anchor).Single(r => r.Journal == journal.Name);
        Assert.Equal((AnchorState.Purged, 3L), (purged.State, purged.Removed));

        // A second purge joins its records with those of the first; the anchor made in between counts only what came after it.
        var between = node.Node.Node.CreateAnchor() with { Created = now.AddMinutes(1) };
        SegmentRewriter.Rewrite(journal, 1, now.AddHours(1), line => TransactionLine.Read(line).Id.Value is 5 or 6);
        Assert.Equal(5, node.Node.Node.VerifyAnchor(anchor).Single(r => r.Journal == journal.Name).Removed);
        var second = node.Node.Node.VerifyAnchor(between).Single(r => r.Journal == journal.Name);
        Assert.Equal((AnchorState.Purged, 2L), (second.State, second.Removed));
        Assert.Single(File.ReadAllLines(journal.Segment(1)), l => l.StartsWith("{\"removed\":5,", StringComparison.Ordinal));
    }

    /// <summary>What the anchor counts are numbers of transactions, of which an earlier purge had taken some.</summary>
    [Fact]
    public async Task An_account_that_was_purged_twice_is_no_tampering()
    {
        using var node = await DamagedNode.CreateAsync();
        var f = node.Node;
        File.Delete(Directory.GetFiles(f.Server.Folder(DamagedNode.Ann) + "/cur")[0]);
        await f.ScanAsync();
        f.Node.Clock = new LaterClock(31);
        Assert.True((await f.RunAsync(new PurgeRequest { NoGrace = true })).Report!.Deleted > 0);
        var anchor = f.Node.CreateAnchor();
        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "ann"), recursive: true);
        await f.ScanAsync(new ScanRequest { AllowEmpty = true });
        f.Node.Clock = new LaterClock(80);
        await f.RunAsync(new PurgeRequest { NoGrace = true });
        Assert.DoesNotContain(f.Node.GetAccounts(), a => a.Name == DamagedNode.Ann);
        Assert.All(f.Node.VerifyAnchor(anchor), r => Assert.True(r.IsTrusted, r.ToString()));
    }

    /// <summary>A record that is dated back to before the anchor, which did not know it, is no purge.</summary>
    [Fact]
    public async Task A_removal_dated_before_the_anchor_is_tampering()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        SegmentRewriter.Rewrite(node.Layout.ItemJournal(node.Account(DamagedNode.Ann)), 1, anchor.Created.AddDays(-1), line => TransactionLine.Read(line).Id.Value == 4);
        Assert.Equal(AnchorState.Altered, State(node, anchor));
    }

    [Fact]
    public async Task A_repair_is_told_as_one()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        await Task.Delay(5);
        DamagedNode.ChangeLines(node.Journal(DamagedNode.Ann), lines => lines.RemoveAt(4));
        await node.RepairAsync();
        Assert.Equal(AnchorState.Repaired, State(node, anchor));
    }

    [Fact]
    public async Task An_altered_anchor_and_one_of_another_server_are_refused()
    {
        using var node = await DamagedNode.CreateAsync();
        var anchor = node.Node.Node.CreateAnchor();
        string file = node.Node["anchor"];
        File.WriteAllText(file, System.Text.Encoding.UTF8.GetString(AnchorFile.Write(anchor)).Replace("\"transactions\": 5", "\"transactions\": 4", StringComparison.Ordinal));
        Assert.Equal(ErrorIds.AnchorInvalid, Assert.Throws<MailBackupException>(() => AnchorFile.Read(file)).ErrorId);
        Assert.Equal(ErrorIds.AnchorInvalid, Assert.Throws<MailBackupException>(() => node.Node.Node.VerifyAnchor(anchor with { ServerId = Guid.NewGuid() }).ToList()).ErrorId);
        Assert.Equal(ErrorIds.AnchorInvalid, Assert.Throws<MailBackupException>(() => AnchorFile.Read(node.Node["none"])).ErrorId);
    }

    private static AnchorState State(DamagedNode node, BackupAnchor anchor) =>
        node.Node.Node.VerifyAnchor(anchor).Single(r => r.Journal == $"{node.Account(DamagedNode.Ann):D}/journal").State;

    private static BackupAnchor ThroughFile(DamagedNode node, BackupAnchor anchor)
    {
        AnchorFile.Save(node.Node["anchor"], AnchorFile.Write(anchor));
        return AnchorFile.Read(node.Node["anchor"]);
    }
}
