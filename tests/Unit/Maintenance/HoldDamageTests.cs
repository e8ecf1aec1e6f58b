using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary>The journal of legal holds broken by hand: put right where that is proved, else left as it is, so that nothing is purged.</summary>
public sealed class HoldDamageTests : IDisposable
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private readonly NodeFixture _f = new();

    private string Journal => _f.Layout.LegalHold.Segment(1);

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(false, -1)]
    [InlineData(true, -1)]
    public async Task What_nothing_proves_stays_an_error_and_nothing_is_purged(bool repair, int line)
    {
        await HoldAsync();
        Spoil(line);
        byte[] spoiled = File.ReadAllBytes(Journal);

        var mended = await _f.RunAsync(repair ? new RepairRequest() : new CheckRequest { Quarantine = true });
        Assert.Equal(OperationState.CompletedWithErrors, mended.State);
        Assert.Contains(mended.Report!.Troubles, t => t.ErrorId == ErrorIds.JournalDamaged && t.Path!.Contains("legal_hold", StringComparison.Ordinal));
        Assert.Equal(spoiled, File.ReadAllBytes(Journal));

        _f.Node.Clock = new LaterClock(400);
        var purge = await _f.RunAsync(new PurgeRequest { NoGrace = true });
        Assert.Equal((OperationState.Failed, ErrorIds.LegalHoldDamaged), (purge.State, purge.ErrorId));
        Assert.NotEmpty(_f.Content(Assert.Single(_f.Items(ItemSelection.Deleted))));
    }

    [Fact]
    public async Task A_changed_byte_is_put_right()
    {
        await HoldAsync();
        byte[] whole = File.ReadAllBytes(Journal);
        DamagedNode.Change(Journal, b => DamagedNode.Flip(b, b.Length / 2));
        await _f.RunAsync(new RepairRequest());
        Assert.Equal(whole, File.ReadAllBytes(Journal));
        await AssertHeldAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(-1)]
    public async Task What_is_lost_is_had_again_from_a_copy(int line)
    {
        await HoldAsync();
        byte[] whole = File.ReadAllBytes(Journal);
        Copies.CopyFolder(_f.BackupPath, _f["copy"]);
        Spoil(line);
        await _f.RunAsync(new RepairRequest { From = [_f["copy"]] });
        Assert.Equal(whole, File.ReadAllBytes(Journal));
        await AssertHeldAsync();
    }

    /// <summary>Its checksums fit, and its head is met; only the record tells that there may be a hold less.</summary>
    [Fact]
    public async Task A_journal_out_of_which_a_repair_once_took_lines_is_not_believed()
    {
        await HoldAsync();
        Spoil(1);
        using (var quarantine = new QuarantineFolder(_f.Layout))
        {
            Assert.True(new JournalSalvage(_f.Layout.LegalHold, LegalHoldHead.Read(_f.Layout), [], quarantine).Run(default).Changed);
        }

        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_f.Layout)).ErrorId);
        Assert.Contains((await _f.RunAsync(new CheckRequest())).Report!.Troubles, t => t.Path!.Contains("legal_hold", StringComparison.Ordinal));

        // What the error says to do.
        File.Move(Journal, _f["legal_hold.jsonl"]);
        File.Move(_f.Layout.LegalHoldHead, _f["legal_hold.head"]);
        _f.Node.SetLegalHold([Ann, Bob], held: true, "Case");
        await AssertHeldAsync();
    }

    [Fact]
    public async Task A_head_that_cannot_be_read_either_ends_no_repair()
    {
        await HoldAsync();
        Spoil(2);
        File.WriteAllText(_f.Layout.LegalHoldHead, "{");
        byte[] spoiled = File.ReadAllBytes(Journal);
        var repair = await _f.RunAsync(new RepairRequest());
        Assert.Equal(OperationState.CompletedWithErrors, repair.State);
        Assert.Equal(spoiled, File.ReadAllBytes(Journal));
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_f.Layout)).ErrorId);
    }

    [Fact]
    public async Task While_somebody_changes_holds_none_is_mended()
    {
        await HoldAsync();
        Spoil(1);
        using var quarantine = new QuarantineFolder(_f.Layout);
        Task<(SalvageReport?, string? Left)> run;
        using (LegalHoldJournal.Lock(_f.Layout))
        {
            run = Task.Run(() => HoldSalvage.Run(_f.Layout, [], quarantine, default));
            Assert.NotSame(run, await Task.WhenAny(run, Task.Delay(300)));
        }

        Assert.NotNull((await run).Left);
    }

    public void Dispose() => _f.Dispose();

    /// <summary>A deleted mail of an account on hold, and another account on hold.</summary>
    private async Task HoldAsync()
    {
        string gone = _f.Server.Deliver(Ann);
        _f.Server.Deliver(Ann);
        _f.Server.Deliver(Bob);
        await _f.ScanAsync();
        _f.Node.SetLegalHold([Ann], held: true, "Case");
        _f.Node.SetLegalHold([Bob], held: true, "Case");
        File.Delete(gone);
        await _f.ScanAsync();
    }

    private async Task AssertHeldAsync()
    {
        Assert.Equal([Ann, Bob], _f.Node.GetLegalHolds().Select(h => h.Account));
        await _f.AssertCoherentAsync();
        _f.Node.Clock = new LaterClock(400);
        Assert.Equal(OperationState.Completed, (await _f.RunAsync(new PurgeRequest { NoGrace = true })).State);
        Assert.Single(_f.Items(ItemSelection.Deleted));
    }

    /// <summary>Two bytes of a line, of which one can be told from its checksum; or (-1) the last line is cut off.</summary>
    private void Spoil(int line) => DamagedNode.ChangeLines(Journal, lines =>
    {
        if (line < 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }
        else
        {
            var text = lines[line].ToCharArray();
            int at = lines[line].IndexOf("\"account\":\"", StringComparison.Ordinal) + 11;
            (text[at], text[at + 1]) = (text[at] == '0' ? '1' : '0', text[at + 1] == '0' ? '1' : '0');
            lines[line] = new string(text);
        }
    });
}
