using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

public class CosExclusionTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";
    private const string Cid = "cid@school.org";

    private static string Directory => new LdifText()
        .Cos("default", "zimbraNotes: For everybody").Cos("students").Cos("staff")
        .Domain("example.com").Domain("school.org", "zimbraDomainDefaultCOSId: c-students")
        .Account(1, Ann, "zimbraCOSId: c-staff").Account(2, Bob, "zimbraCOSId: c-students").Account(3, Cid).Account(4, "dan@example.com").ToString();

    [Fact]
    public async Task Members_are_those_that_the_account_its_domain_or_the_default_says()
    {
        using var f = new NodeFixture(Directory);
        var classes = await f.Node.GetCosBackupsAsync(default);
        Assert.Equal([("default", true, 1, "For everybody"), ("staff", true, 1, ""), ("students", true, 2, "")], classes.Select(c => (c.Cos, c.Enabled, c.Members, c.Notes)));
    }

    [Fact]
    public async Task Accounts_of_a_disabled_cos_are_deleted_and_come_back_as_they_were()
    {
        using var f = new NodeFixture(Directory);
        foreach (string account in (string[])[Ann, Bob, Cid])
        {
            f.Server.Deliver(account);
        }

        f.Server.Settle();
        await f.ScanAsync();
        var before = f.Items().ConvertAll(i => (i.Account, i.AccountId, i.Id));
        var transactions = f.Node.GetInfo().Transactions;

        Assert.True(await f.Node.SetCosBackupAsync("students", enabled: false, default));
        Assert.False(await f.Node.SetCosBackupAsync("students", enabled: false, default));
        f.Server.Deliver(Bob);
        var report = await f.ScanAsync();
        Assert.Equal(["COS 'students' is disabled for backup: 2 accounts are left out, 2 of them flagged deleted by this scan."], report.Warnings);
        Assert.Equal([Bob, Cid], f.Node.GetAccounts().Where(a => a.Deleted).Select(a => a.Name));

        // The mailbox is still there: it must not come back by itself, night after night, with the directory unchanged.
        report = await f.ScanAsync();
        Assert.Equal(["COS 'students' is disabled for backup: 2 accounts are left out, 0 of them flagged deleted by this scan."], report.Warnings);
        Assert.Equal(0, report.Added + report.Updated + report.Deleted);
        report = await f.ScanAsync(new ScanRequest { Deep = true });
        Assert.Equal(0, report.Added + report.Updated + report.Deleted);

        var one = await f.RunAsync(new ScanRequest { Accounts = [Bob] });
        Assert.Equal(ErrorIds.AccountNotFound, one.ErrorId);
        Assert.Contains("'students', which is disabled", one.Error, StringComparison.Ordinal);

        Assert.True(await f.Node.SetCosBackupAsync("students", enabled: true, default));
        report = await f.ScanAsync();
        Assert.Empty(report.Warnings);
        Assert.DoesNotContain(f.Node.GetAccounts(), a => a.Deleted);
        Assert.Equal(1, report.Added);
        Assert.Equal(before, f.Items().ConvertAll(i => (i.Account, i.AccountId, i.Id)).Where(i => i.Id != f.Items().Max(x => x.Id) || before.Contains(i)).ToList());
        Assert.Equal(transactions + 1, f.Node.GetInfo().Transactions);
    }

    [Fact]
    public async Task A_marker_written_by_hand_counts_and_a_new_member_never_comes_in()
    {
        using var f = new NodeFixture(new LdifText().Cos("default", "zimbraNotes: see ${ZxBackup_Disabled} ticket 12").Account(1, Ann).ToString());
        f.Server.Deliver(Ann);
        f.Server.Deliver("local@example.com");
        await f.ScanAsync();
        Assert.Equal(["local@example.com"], f.Node.GetAccounts().Select(a => a.Name));
        Assert.False(Assert.Single(await f.Node.GetCosBackupsAsync(default)).Enabled);
        Assert.True(await f.Node.SetCosBackupAsync("DEFAULT", enabled: true, default));
        Assert.Equal("see ticket 12", Assert.Single(await f.Node.GetCosBackupsAsync(default)).Notes);
        await f.ScanAsync();
        Assert.Equal([Ann, "local@example.com"], f.Node.GetAccounts().Select(a => a.Name));
    }

    [Fact]
    public async Task Renamed_while_left_out_it_is_the_same_account_afterwards()
    {
        using var f = new NodeFixture(new LdifText().Cos("default").Account(1, Ann).ToString());
        await f.ScanAsync();
        var id = f.Node.GetAccounts()[0].Id;
        File.WriteAllText(f.Ldif!, new LdifText().Cos("default", "zimbraNotes: ${ZxBackup_Disabled}").Account(1, Bob).ToString());
        await f.ScanAsync();
        Assert.True(Assert.Single(f.Node.GetAccounts()).Deleted);
        await f.Node.SetCosBackupAsync("default", enabled: true, default);
        await f.ScanAsync();
        var account = Assert.Single(f.Node.GetAccounts());
        Assert.Equal((id, Bob, false), (account.Id, account.Name, account.Deleted));
    }

    [Fact]
    public async Task Without_a_directory_and_without_such_a_cos_it_says_so()
    {
        using var bare = new NodeFixture();
        Assert.Equal(ErrorIds.DirectoryNotSet, (await Assert.ThrowsAsync<MailBackupException>(() => bare.Node.GetCosBackupsAsync(default))).ErrorId);
        Assert.Equal(ErrorIds.DirectoryNotSet, (await Assert.ThrowsAsync<MailBackupException>(() => bare.Node.SetCosBackupAsync("x", false, default))).ErrorId);
        using var f = new NodeFixture(Directory);
        Assert.Equal(ErrorIds.CosNotFound, (await Assert.ThrowsAsync<MailBackupException>(() => f.Node.SetCosBackupAsync("guests", false, default))).ErrorId);
        Assert.Equal(Directory, File.ReadAllText(f.Ldif!));
    }
}
