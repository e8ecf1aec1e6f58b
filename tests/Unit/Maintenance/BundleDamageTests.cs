using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary>Bundles and small files broken by hand: found by name, fetched again from server or copy, or told as lost.</summary>
public class BundleDamageTests
{
    [Theory]
    [InlineData(1, "signature")]
    [InlineData(17, "length of the member")]
    [InlineData(25, "length of the content")]
    [InlineData(40, "name")]
    [InlineData(75, "end of the name")]
    [InlineData(90, "content")]
    [InlineData(-3, "checksum")]
    public async Task A_changed_byte_in_each_part_of_a_blob_is_found_and_fetched_again(int at, string part)
    {
        using var node = await DamagedNode.CreateAsync();
        var place = Members(node)[3].Place;
        int offset = (int)(at >= 0 ? place.Offset + at : place.Offset + place.Length + at);
        DamagedNode.Change(node.Bundle, b => DamagedNode.Flip(b, offset));
        var report = await node.CheckAsync();
        Assert.True(report.Troubles.Any(t => t.ErrorId is ErrorIds.BlobDamaged or ErrorIds.BlobMissing && t.Item is not null), $"{part}: {string.Join('\n', report.Troubles)}");
        var repaired = await node.RepairAsync();
        Assert.True(repaired is { Fetched: > 0, Lost: 0, Quarantined: > 0 }, $"{part}: {repaired}");
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task A_missing_a_cut_and_a_foreign_bundle_are_fetched_again()
    {
        using var node = await DamagedNode.CreateAsync();
        using var other = await DamagedNode.CreateAsync();
        string bundle = node.Bundle;
        byte[] whole = File.ReadAllBytes(bundle);
        File.Delete(bundle);
        Assert.Contains((await node.CheckAsync()).Troubles, t => t.ErrorId == ErrorIds.BlobMissing && t.Account == DamagedNode.Ann);
        await node.RepairAsync(fromCopy: true, useSource: false);
        await node.AssertCleanAsync();

        File.WriteAllBytes(node.Bundle, whole[..(whole.Length / 2)]);
        Assert.NotEqual(0, (await node.CheckAsync()).Errors);
        await node.RepairAsync(useSource: true);
        await node.AssertCleanAsync();

        other.Node.Server.Deliver(DamagedNode.Ann, subject: "Only there");
        File.Copy(other.Bundle, node.Bundle, overwrite: true);
        DamagedNode.Change(node.Bundle, b => b[200..]);
        Assert.NotEqual(0, (await node.CheckAsync()).Errors);
        await node.RepairAsync();
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task Garbage_behind_the_last_blob_is_told_and_costs_nothing()
    {
        using var node = await DamagedNode.CreateAsync();
        File.AppendAllText(node.Bundle, "garbage");
        var report = await node.CheckAsync();
        Assert.Equal(0, report.Errors);
        Assert.Contains(report.Warnings, w => w.StartsWith(node.Bundle, StringComparison.Ordinal));
        await node.RepairAsync();
        Assert.Empty((await node.CheckAsync()).Warnings);
    }

    /// <summary>Neither server nor copy has it: the item is named, and so is the state of it that is intact.</summary>
    [Fact]
    public async Task What_nobody_has_is_told_by_item_and_stays_told()
    {
        using var node = await DamagedNode.CreateAsync();
        var gone = node.Node.Items().Single(i => i.Subject == "Kept 2");
        File.Delete(Directory.GetFiles(node.Node.Server.Root, "*", SearchOption.AllDirectories).Single(f => File.ReadAllText(f).Contains("Subject: Kept 2\r", StringComparison.Ordinal)));
        await node.Node.ScanAsync();
        var place = Members(node).Single(m => m.Digest == gone.Digest).Place;
        DamagedNode.Change(node.Bundle, b => DamagedNode.Flip(b, (int)place.Offset + 100));
        var found = (await node.CheckAsync()).Troubles.Single(t => t.Item == gone.Id.Value);
        Assert.Equal((ErrorIds.BlobDamaged, DamagedNode.Ann, $"{node.Bundle} at byte {place.Offset}"), (found.ErrorId, found.Account, found.Path));
        Assert.Contains("no longer had it", found.Reason, StringComparison.Ordinal);

        var repaired = await node.RepairAsync();
        Assert.Equal((0L, 1L), (repaired.Fetched, repaired.Lost));
        Assert.Equal(gone.Id.Value, Assert.Single(repaired.Troubles).Item);
        var after = await node.CheckAsync();
        Assert.Equal((ErrorIds.BlobMissing, gone.Id.Value), (Assert.Single(after.Troubles).ErrorId, after.Troubles[0].Item!.Value));
        Assert.Equal(ErrorIds.BlobMissing, Assert.Throws<MailBackupException>(() => node.Node.Content(gone)).ErrorId);

        await node.RepairAsync(fromCopy: true);
        await node.Node.AssertCoherentAsync();
        Assert.NotEmpty(node.Node.Content(gone));
    }

    [Fact]
    public async Task Content_that_the_server_has_changed_meanwhile_is_not_taken_for_it()
    {
        using var node = await DamagedNode.CreateAsync();
        var item = node.Node.Items().Single(i => i.Subject == "Kept 1");
        string file = Directory.GetFiles(node.Node.Server.Root, "*", SearchOption.AllDirectories).Single(f => File.ReadAllText(f).Contains("Subject: Kept 1\r", StringComparison.Ordinal));
        var place = Members(node).Single(m => m.Digest == item.Digest).Place;
        DamagedNode.Change(node.Bundle, b => DamagedNode.Flip(b, (int)place.Offset + 100));
        DamagedNode.Change(file, b => DamagedNode.Flip(b, b.Length - 5));
        long before = Directory.GetFiles(node.Layout.Items, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.Equal(1, (await node.RepairAsync()).Lost);
        Assert.Equal(before - place.Length, Directory.GetFiles(node.Layout.Items, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length));
    }

    [Fact]
    public async Task Quarantine_takes_damage_and_orphans_out_and_a_deep_scan_stores_again()
    {
        using var node = await DamagedNode.CreateAsync();
        byte[] orphan = Encoding.UTF8.GetBytes("Nobody names this.");
        using (var store = StoreWriter.Open(node.Layout))
        {
            store.Blobs.Store(Digest.Of(orphan), orphan);
            store.Commit();
        }

        File.WriteAllText(Path.Combine(node.Layout.Items, "00", "notes.txt"), "stray");
        var place = Members(node)[2].Place;
        DamagedNode.Change(node.Bundle, b => DamagedNode.Flip(b, (int)place.Offset + 100));
        var plain = await node.CheckAsync();
        Assert.Contains(plain.Warnings, w => w.Contains("named by no transaction", StringComparison.Ordinal));
        Assert.Contains(plain.Warnings, w => w.Contains("notes.txt", StringComparison.Ordinal));

        Assert.Equal(3, (await node.CheckAsync(new CheckRequest { Quarantine = true })).Quarantined);
        string[] manifest = File.ReadAllLines(Directory.GetFiles(node.Layout.Quarantine, "manifest.jsonl", SearchOption.AllDirectories).Single());
        Assert.Contains(manifest, l => l.Contains("\"why\":\"orphaned\"", StringComparison.Ordinal) && l.Contains(Digest.Of(orphan).ToString(), StringComparison.Ordinal));
        Assert.Contains(manifest, l => l.Contains("\"why\":\"damaged\"", StringComparison.Ordinal));
        var after = await node.CheckAsync();
        Assert.All(after.Troubles, t => Assert.Equal(ErrorIds.BlobMissing, t.ErrorId));
        Assert.Empty(after.Warnings);

        await node.Node.ScanAsync(new ScanRequest { Deep = true });
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task A_catalog_that_looks_in_the_wrong_place_is_found_and_made_anew()
    {
        using var node = await DamagedNode.CreateAsync();
        using (var db = MailBackup.Storage.Sqlite.SqliteDatabase.Open(node.Layout.Catalog, readOnly: false))
        {
            db.Execute("UPDATE blob SET offset = offset + 1");
        }

        await node.AssertFoundAsync(ErrorIds.CatalogFailed, node.Layout.Catalog);
        await node.RepairAsync();
        await node.AssertCleanAsync();
    }

    [Fact]
    public async Task Small_files_are_named_and_written_anew()
    {
        using var node = await DamagedNode.CreateAsync();
        string map = node.Layout.Map(node.Node.Node.ServerId);
        foreach (string file in (string[])[map, node.Layout.BackupStat])
        {
            File.WriteAllText(file, "{\"format\":");
            await node.AssertFoundAsync(ErrorIds.BackupFileDamaged, file);
            await node.RepairAsync();
            await node.AssertCleanAsync();
        }

        string stat = node.Layout.AccountStat(node.Account(DamagedNode.Ann));
        File.WriteAllText(stat, "{");
        Assert.Contains((await node.CheckAsync()).Warnings, w => w.StartsWith(stat, StringComparison.Ordinal));
        await node.Node.ScanAsync(new ScanRequest { Deep = true });
        Assert.Empty((await node.CheckAsync()).Warnings);
    }

    /// <summary>20 runs of 5 % read every blob: damage anywhere is found in exactly one of them.</summary>
    [Fact]
    public async Task Samples_go_round()
    {
        using var node = await DamagedNode.CreateAsync();
        var place = Members(node)[5].Place;
        DamagedNode.Change(node.Bundle, b => DamagedNode.Flip(b, (int)place.Offset + 100));
        int found = 0;
        for (int run = 0; run < 20; run++)
        {
            found += (await node.CheckAsync(new CheckRequest { Sample = 5 })).Errors > 0 ? 1 : 0;
        }

        Assert.Equal(1, found);
    }

    [Fact]
    public async Task A_check_of_one_account_reads_its_content_only()
    {
        using var node = await DamagedNode.CreateAsync();
        var item = node.Node.Items().Single(i => i.Subject == "Kept 1");
        var place = Members(node).Single(m => m.Digest == item.Digest).Place;
        DamagedNode.Change(node.Bundle, b => DamagedNode.Flip(b, (int)place.Offset + 100));
        Assert.Equal(0, (await node.CheckAsync(new CheckRequest { Accounts = [DamagedNode.Bob] })).Errors);
        Assert.Equal(1, (await node.CheckAsync(new CheckRequest { Accounts = [DamagedNode.Ann] })).Errors);
    }

    private static List<(Digest Digest, BlobLocation Place)> Members(DamagedNode node)
    {
        var members = new List<(Digest, BlobLocation)>();
        BundleReader.Walk(node.Bundle, 0, 0, (digest, place, _) => members.Add((digest, place)));
        return members;
    }
}
