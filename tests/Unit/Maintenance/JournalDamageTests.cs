using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary>Journals broken by hand in every way: each is found by name, and mended as far as anything allows.</summary>
public class JournalDamageTests
{
    /// <summary>The checksum proves the correction, so no copy is needed and the file is the same bytes again.</summary>
    [Fact]
    public async Task A_changed_byte_anywhere_is_found_and_put_right()
    {
        using var node = await DamagedNode.CreateAsync();
        foreach (string file in (string[])[node.Journal(DamagedNode.Ann), node.Layout.AccountInfo(node.Account(DamagedNode.Bob)).Segment(1)])
        {
            byte[] whole = File.ReadAllBytes(file);
            int feed = Array.IndexOf(whole, (byte)'\n', whole.Length / 3);
            foreach (int at in (int[])[0, 12, feed, feed + 3, feed - 20, whole.Length / 2, whole.Length - 40, whole.Length - 8, whole.Length - 1])
            {
                File.WriteAllBytes(file, DamagedNode.Flip((byte[])whole.Clone(), at));
                await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
                var report = await node.RepairAsync();
                Assert.True(report.Lost == 0, $"{file}, byte {at}: {string.Join('\n', report.Warnings)}");
                Assert.True(whole.AsSpan().SequenceEqual(File.ReadAllBytes(file)), $"{file}, byte {at}");
            }
        }

        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task A_removed_line_is_told_and_only_it_is_lost()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        DamagedNode.ChangeLines(file, lines => lines.RemoveAt(4));
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        var report = await node.RepairAsync();
        Assert.Equal(1, report.Lost);
        Assert.Contains(report.Warnings, w => w.Contains("transaction 4 lost", StringComparison.Ordinal) && w.Contains("transaction 5 kept", StringComparison.Ordinal));
        await node.AssertCleanAsync();
        Assert.Equal(11, node.Node.Items().Count);

        // What the server still has is saved again.
        Assert.Equal(1, (await node.Node.ScanAsync()).Added);
        Assert.Equal(12, node.Node.Items().Count);
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task A_removed_line_is_had_again_from_a_copy()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        byte[] whole = File.ReadAllBytes(file);
        DamagedNode.ChangeLines(file, lines => lines.RemoveRange(3, 3));
        var report = await node.RepairAsync(fromCopy: true);
        Assert.Equal((3L, 0L), (report.Fetched, report.Lost));
        Assert.Equal(whole, File.ReadAllBytes(file));
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task An_altered_line_that_was_sealed_again_is_found_and_replaced_from_a_copy()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        byte[] whole = File.ReadAllBytes(file);
        DamagedNode.ChangeLines(file, lines => lines[4] = DamagedNode.Forge(lines[4], lines[3], "\"size\":", "\"size\":1"));
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        await node.RepairAsync(fromCopy: true);
        Assert.Equal(whole, File.ReadAllBytes(file));
        await node.AssertCleanAsync();
    }

    /// <summary>Nobody can say which of the two was altered, so both stay, and the report says so.</summary>
    [Fact]
    public async Task An_altered_line_without_a_copy_is_kept_and_told()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        DamagedNode.ChangeLines(file, lines => lines[4] = DamagedNode.Forge(lines[4], lines[3], "\"type\":\"message\"", "\"type\":\"message\",\"x\":1"));
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        var report = await node.RepairAsync();
        Assert.Equal(0, report.Lost);
        Assert.Contains(report.Warnings, w => w.Contains("transaction 5 kept, though no checksum proves it", StringComparison.Ordinal));
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task A_cut_tail_is_found_by_what_the_last_scan_knew()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        byte[] whole = File.ReadAllBytes(file);
        DamagedNode.ChangeLines(file, lines => lines.RemoveRange(lines.Count - 2, 2));
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        var report = await node.RepairAsync();
        Assert.Equal(2, report.Lost);
        await node.AssertCleanAsync();
        Assert.Equal(2, (await node.Node.ScanAsync()).Added);
        await node.AssertCleanAsync();

        File.WriteAllBytes(file, whole[..^300]);
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        await node.RepairAsync(fromCopy: true);
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task Garbage_behind_the_end_is_told_and_costs_nothing()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        File.AppendAllText(file, "{\"item\":99,\"tx\":17,\"start");
        var report = await node.CheckAsync();
        Assert.Equal(0, report.Errors);
        Assert.Contains(report.Warnings, w => w.StartsWith(file, StringComparison.Ordinal));
        await node.Node.ScanAsync(new ScanRequest { Deep = true });
        Assert.Empty((await node.CheckAsync()).Warnings);
    }

    /// <summary>It fits its checksum, so salvage has nothing to put right; no copy has a better one. A repair that leaves it must not say that all is well.</summary>
    [Fact]
    public async Task A_line_that_says_nothing_and_stays_is_told_by_the_repair()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        DamagedNode.ChangeLines(file, lines => lines[^1] = DamagedNode.Forge(lines[^1], lines[^2], "\"type\":\"message\"", "\"type\":\"nothing\""));
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        var operation = await node.Node.RunAsync(new RepairRequest());
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Contains(operation.Report!.Troubles, t => t.ErrorId == ErrorIds.JournalDamaged && t.Account == DamagedNode.Ann);
    }

    /// <summary>Two living folders of one path, of which a repair could not know that one is gone: they cost neither the account nor the others.</summary>
    [Fact]
    public async Task A_lost_deletion_of_a_folder_whose_path_another_has_does_not_stop_scans()
    {
        using var node = await DamagedNode.CreateAsync();
        var server = node.Node.Server;
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(server.Deliver(DamagedNode.Ann, ".Work", subject: "Old"))!)!;
        server.Settle();
        await node.Node.ScanAsync();
        Directory.Delete(folder, recursive: true);
        await node.Node.ScanAsync();
        var deleted = node.Node.Items(ItemSelection.Deleted, ItemType.Folder).Single();
        server.Deliver(DamagedNode.Ann, ".Work", subject: "New");
        server.Settle();
        await node.Node.ScanAsync();
        DamagedNode.ChangeLines(
            node.Journal(DamagedNode.Ann),
            lines => lines.RemoveAt(lines.FindIndex(l => l.Contains($"\"item\":{deleted.Id},", StringComparison.Ordinal) && l.Contains("\"deleted\":true", StringComparison.Ordinal))));
        Assert.Equal(1, (await node.RepairAsync()).Lost);
        Assert.Equal(2, node.Node.Items(type: ItemType.Folder).Count(i => i.Subject == "Work"));
        var compared = await node.CheckAsync(new CheckRequest { CompareSource = true });
        Assert.Contains(compared.Troubles, t => t.ErrorId == ErrorIds.SourceDiffers && t.Reason.Contains("twice", StringComparison.Ordinal));

        var report = await node.Node.ScanAsync();
        Assert.Equal((0L, 1L), (report.Added, report.Deleted));
        Assert.Equal(["New"], node.Node.Items().Where(i => i.Folder == "Work").Select(i => i.Subject));
        await node.AssertCleanAsync();
        await node.Node.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_missing_journal_is_found_and_had_again()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Bob);
        byte[] whole = File.ReadAllBytes(file);
        File.Delete(file);
        await node.AssertFoundAsync(ErrorIds.JournalDamaged, file);
        await node.RepairAsync(fromCopy: true);
        Assert.Equal(whole, File.ReadAllBytes(file));
        await node.AssertCleanAsync();

        File.Delete(file);
        var report = await node.RepairAsync();
        Assert.Equal(5, report.Lost);
        await node.AssertCleanAsync();
        Assert.Equal(5, (await node.Node.ScanAsync()).Added);
        Assert.Equal(12, node.Node.Items().Count);
    }

    /// <summary>What is taken out lies in quarantine, named by a manifest.</summary>
    [Fact]
    public async Task Damaged_lines_are_kept_in_quarantine()
    {
        using var node = await DamagedNode.CreateAsync();
        string file = node.Journal(DamagedNode.Ann);
        byte[] whole = File.ReadAllBytes(file);
        DamagedNode.Change(file, bytes =>
        {
            bytes.AsSpan(bytes.Length / 2, 40).Fill((byte)'#');
            return bytes;
        });
        byte[] broken = File.ReadAllBytes(file);
        var report = await node.CheckAsync(new CheckRequest { Quarantine = true });
        Assert.True(report.Quarantined > 0);
        string folder = Assert.Single(Directory.GetDirectories(node.Layout.Quarantine));
        string manifest = File.ReadAllText(Path.Combine(folder, "manifest.jsonl"));
        Assert.Contains("\"what\":\"journal line\"", manifest, StringComparison.Ordinal);
        foreach (string kept in Directory.GetFiles(Path.Combine(folder, "accounts"), "*@*", SearchOption.AllDirectories))
        {
            int offset = int.Parse(kept[(kept.LastIndexOf('@') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
            byte[] piece = File.ReadAllBytes(kept);
            Assert.Equal(broken.AsSpan(offset, piece.Length).ToArray(), piece);
        }

        Assert.NotEqual(whole.Length, File.ReadAllBytes(file).Length);
        await node.AssertCleanAsync();
    }
}
