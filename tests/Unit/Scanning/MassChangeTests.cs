using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

public class MassChangeTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task A_folder_that_is_not_mounted_puts_the_account_on_hold()
    {
        using var f = new NodeFixture();
        Fill(f, Ann, 60);
        Fill(f, Ann, 140, ".Archive");
        Fill(f, Bob, 5);
        await ScanAsync(f);

        Directory.Move(f.Server.Folder(Ann, ".Archive"), f["unmounted"]);
        var operation = await ScanAsync(f);

        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        var trouble = Assert.Single(operation.Report!.Troubles);
        Assert.Equal((ErrorIds.MassChange, Ann), (trouble.ErrorId, trouble.Account));
        Assert.StartsWith("140 of 200 items deleted in one scan.", trouble.Reason, StringComparison.Ordinal);
        Assert.Equal(1, operation.Report.Errors);

        var hold = Assert.Single(f.Node.GetLegalHolds());
        Assert.Equal((Ann, true, "140 of 200 items deleted in one scan"), (hold.Account, hold.Automatic, hold.Reason));
        Assert.Equal(60, f.Items().Count(i => i.Account == Ann));

        // The disk is mounted again: nothing further happens, and the hold stays until somebody lifts it.
        Directory.Move(f["unmounted"], Path.Combine(f.Server.Root, "example.com", "ann", "Maildir", ".Archive"));
        Assert.Equal(OperationState.Completed, (await ScanAsync(f)).State);
        Assert.Single(f.Node.GetLegalHolds());
        Assert.Equal([Ann], f.Node.SetLegalHold([Ann], held: false, "It was the disk"));
        Assert.Empty(f.Node.GetLegalHolds());
    }

    /// <summary>One of two disks of a domain: its accounts are gone from the tree, the others are there.</summary>
    [Fact]
    public async Task An_account_that_vanishes_with_its_mail_is_put_on_hold_unless_the_directory_dropped_it()
    {
        using var f = new NodeFixture();
        Fill(f, Ann, 120);
        Fill(f, Bob, 5);
        await ScanAsync(f);
        Directory.Move(Path.Combine(f.Server.Root, "example.com", "ann"), f["unmounted"]);
        var operation = await ScanAsync(f);
        var trouble = Assert.Single(operation.Report!.Troubles);
        Assert.Equal((ErrorIds.MassChange, Ann), (trouble.ErrorId, trouble.Account));
        var hold = Assert.Single(f.Node.GetLegalHolds());
        Assert.Equal((Ann, true, "120 of 120 items deleted in one scan"), (hold.Account, hold.Automatic, hold.Reason));
        Assert.True(f.Node.GetAccounts().Single(a => a.Name == Ann).Deleted);

        using var known = new NodeFixture(new LdifText().Account(1, Ann).Account(2, Bob).ToString());
        Fill(known, Ann, 120);
        Fill(known, Bob, 5);
        await ScanAsync(known);
        Directory.Delete(Path.Combine(known.Server.Root, "example.com", "ann"), recursive: true);
        File.WriteAllText(known.Ldif!, new LdifText().Account(2, Bob).ToString());
        Assert.Equal(OperationState.Completed, (await ScanAsync(known)).State);
        Assert.Empty(known.Node.GetLegalHolds());
    }

    [Fact]
    public async Task Ransomware_that_rewrites_every_mail_under_its_name_is_seen()
    {
        using var f = new NodeFixture();
        var files = Fill(f, Ann, 150);
        await ScanAsync(f);

        foreach (string file in files)
        {
            // As it works: a new file beside the old one, renamed over it.
            File.WriteAllBytes(file + "~", [.. File.ReadAllBytes(file).Select(b => (byte)~b)]);
            File.Move(file + "~", file, overwrite: true);
        }

        var operation = await ScanAsync(f);
        Assert.StartsWith("150 of 150 items rewritten in one scan.", Assert.Single(operation.Report!.Troubles).Reason, StringComparison.Ordinal);
        Assert.True(Assert.Single(f.Node.GetLegalHolds()).Automatic);
    }

    [Fact]
    public async Task Ransomware_that_renames_what_it_encrypts_is_seen()
    {
        using var f = new NodeFixture();
        var files = Fill(f, Ann, 150);
        await ScanAsync(f);

        foreach (string file in files)
        {
            File.WriteAllBytes(file.Replace(".M", ".X", StringComparison.Ordinal), [.. File.ReadAllBytes(file).Select(b => (byte)~b)]);
            File.Delete(file);
        }

        var operation = await ScanAsync(f);
        Assert.StartsWith("150 of 150 items deleted in one scan.", Assert.Single(operation.Report!.Troubles).Reason, StringComparison.Ordinal);
        Assert.Single(f.Node.GetLegalHolds());
    }

    [Fact]
    public async Task Moving_and_flagging_everything_is_no_loss()
    {
        using var f = new NodeFixture();
        var files = Fill(f, Ann, 150);
        await ScanAsync(f);

        string archive = Path.Combine(f.Server.Folder(Ann, ".Archive"), "cur");
        foreach (string file in files)
        {
            File.Move(file, Path.Combine(archive, Path.GetFileName(file).Replace(":2,S", ":2,FS", StringComparison.Ordinal)));
        }

        Assert.Equal(OperationState.Completed, (await ScanAsync(f)).State);
        Assert.Empty(f.Node.GetLegalHolds());
    }

    [Fact]
    public async Task A_user_who_empties_the_mailbox_is_held_and_one_with_few_mails_is_not()
    {
        using var f = new NodeFixture();
        var ann = Fill(f, Ann, 101);
        var bob = Fill(f, Bob, 99);
        await ScanAsync(f);
        ann.Skip(1).Concat(bob.Skip(1)).ToList().ForEach(File.Delete);

        var operation = await ScanAsync(f);
        Assert.Equal([Ann], operation.Report!.Troubles.Select(t => t.Account));
        Assert.Equal([Ann], f.Node.GetLegalHolds().Select(h => h.Account));
        Assert.Equal(198, operation.Report.Deleted);
    }

    [Fact]
    public async Task What_goes_over_many_nights_is_no_mass_change()
    {
        using var f = new NodeFixture();
        var files = Fill(f, Ann, 400);
        await ScanAsync(f);
        for (int night = 0; night < 4; night++)
        {
            // A third, a half …: never more than half of what is left, and the last time too few to count.
            int left = files.Count;
            foreach (string file in files.Take(left / 2).ToList())
            {
                File.Delete(file);
                files.Remove(file);
            }

            Assert.Equal(OperationState.Completed, (await ScanAsync(f)).State);
        }

        Assert.Equal(25, files.Count);
        Assert.Empty(f.Node.GetLegalHolds());
    }

    [Theory]
    [InlineData(0, 100, false)]
    [InlineData(50, 100, true)]
    [InlineData(80, 100, false)]
    [InlineData(50, 161, false)]
    [InlineData(10, 1, true)]
    public async Task The_share_and_the_least_number_are_configured(int percent, int minimum, bool held)
    {
        using var f = new NodeFixture();
        f.Node.UpdateConfiguration(c => c with { MassChangePercent = percent, MassChangeMinimum = minimum });
        f.Reopen();
        Assert.Equal((percent, minimum), (f.Node.Configuration.MassChangePercent, f.Node.Configuration.MassChangeMinimum));
        var files = Fill(f, Ann, 200);
        await ScanAsync(f);
        files.Take(160).ToList().ForEach(File.Delete);
        await ScanAsync(f);
        Assert.Equal(held, f.Node.GetLegalHolds().Count == 1);
    }

    [Fact]
    public void A_share_that_is_none_is_refused()
    {
        using var f = new NodeFixture();
        foreach (int percent in (int[])[-1, 101])
        {
            var e = Assert.Throws<MailBackupException>(() => f.Node.UpdateConfiguration(c => c with { MassChangePercent = percent }));
            Assert.Equal(ErrorIds.ArgumentInvalid, e.ErrorId);
        }
    }

    [Fact]
    public async Task What_a_scan_that_was_cut_short_had_taken_counts_in_the_next()
    {
        using var f = new NodeFixture();
        var files = Fill(f, Ann, 200);
        await ScanAsync(f);
        var id = f.Node.GetAccounts()[0].Id;
        var stat = AccountStat.Read(f.Layout, id)!;
        (stat with { Unfinished = new MassChange(200, 0, 80) }).Write(f.Layout, id);
        Assert.Equal(new MassChange(200, 0, 80), AccountStat.Read(f.Layout, id)!.Unfinished);

        files.Take(30).ToList().ForEach(File.Delete);
        var operation = await ScanAsync(f);
        Assert.StartsWith(
            "30 of 200 items deleted, 80 of 200 items rewritten in one scan.", Assert.Single(operation.Report!.Troubles).Reason, StringComparison.Ordinal);
        Assert.Null(AccountStat.Read(f.Layout, id)!.Unfinished);
    }

    [Fact]
    public async Task With_a_damaged_journal_of_holds_the_scan_goes_on_and_says_both()
    {
        using var f = new NodeFixture();
        var files = Fill(f, Ann, 150);
        await ScanAsync(f);
        File.WriteAllText(f.Layout.LegalHold.Segment(1), "rubbish\n");
        files.Skip(1).ToList().ForEach(File.Delete);

        var operation = await ScanAsync(f);
        Assert.Equal([ErrorIds.LegalHoldDamaged, ErrorIds.MassChange], operation.Report!.Troubles.Select(t => t.ErrorId).Order(StringComparer.Ordinal));
        Assert.Equal(149, operation.Report.Deleted);
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => f.Node.GetLegalHolds()).ErrorId);
        Assert.Equal("rubbish\n", File.ReadAllText(f.Layout.LegalHold.Segment(1)));
    }

    private static List<string> Fill(NodeFixture f, string account, int count, string folder = "")
    {
        var files = Enumerable.Range(0, count).Select(_ => f.Server.Deliver(account, folder)).ToList();
        f.Server.Settle();
        return files;
    }

    private static Task<Operation> ScanAsync(NodeFixture f) => f.RunAsync(new ScanRequest());
}
