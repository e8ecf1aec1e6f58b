using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

public class LegalHoldSwitchTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task An_account_stays_on_hold_when_it_is_renamed_and_when_it_is_deleted()
    {
        using var f = new NodeFixture(new LdifText().Account(1, Ann).Account(2, Bob).ToString());
        await f.ScanAsync();
        Assert.Equal([Ann], f.Node.SetLegalHold([Ann], held: true, "Case 4711"));
        Assert.Empty(f.Node.SetLegalHold([Ann], held: true, null));
        var id = Assert.Single(f.Node.GetLegalHolds()).AccountId;

        File.WriteAllText(f.Ldif!, new LdifText().Account(1, "ann.new@example.com").Account(2, Bob).ToString());
        await f.ScanAsync();
        Assert.Equal(id, f.Node.GetAccounts().Single(a => a.Name == "ann.new@example.com").Id);
        Assert.True(LegalHolds.Load(f.Layout).IsHeld(id));

        File.WriteAllText(f.Ldif!, new LdifText().Account(2, Bob).ToString());
        await f.ScanAsync();
        Assert.True(f.Node.GetAccounts().Single(a => a.Id == id).Deleted);
        Assert.True(LegalHolds.Load(f.Layout).IsHeld(id));

        // By its newest name, and the hold goes.
        Assert.Equal(["ann.new@example.com"], f.Node.SetLegalHold(["ann.new@example.com"], held: false, "closed"));
        Assert.Empty(f.Node.GetLegalHolds());
    }

    [Fact]
    public async Task Holds_survive_the_loss_of_everything_that_can_be_rebuilt()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        f.Node.SetLegalHold([Ann], held: true, "Case");
        f.Node.Dispose();
        Directory.Delete(f.Layout.State, recursive: true);
        File.Delete(f.Layout.AccountStat(f.Layout.ListAccounts().Single()));
        f.Reopen();
        Assert.Equal("Case", Assert.Single(f.Node.GetLegalHolds()).Reason);
        await f.ScanAsync();
        Assert.Equal([Ann], f.Node.SetLegalHold(null, held: false, null));
    }

    [Fact]
    public async Task All_means_every_account_that_the_backup_knows_and_one_wrong_name_changes_nothing()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        var e = Assert.Throws<MailBackupException>(() => f.Node.SetLegalHold([Ann, "nobody@example.com"], held: true, null));
        Assert.Equal(ErrorIds.AccountNotFound, e.ErrorId);
        Assert.Empty(f.Node.GetLegalHolds());

        Assert.Equal([Ann, Bob], f.Node.SetLegalHold(null, held: true, "Audit").Order(StringComparer.Ordinal));
        Assert.Equal([Ann, Bob], f.Node.GetLegalHolds().Select(h => h.Account));
        Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<MailBackupException>(() => f.Node.SetLegalHold([Ann], held: true, new string('x', 4_001))).ErrorId);
    }

    [Fact]
    public async Task A_hold_does_not_wait_for_a_running_operation()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        using var writer = WriterLock.TryAcquire(f.Layout.WriterLock);
        Assert.NotNull(writer);
        Assert.Equal([Ann], f.Node.SetLegalHold([Ann], held: true, "now"));
    }
}
