using System.Text;
using MailBackup.Maintenance;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

public sealed class PurgeTests : IDisposable
{
    private const string Ann = "ann@example.com", Bob = "bob@example.com";

    private readonly NodeFixture _f = new();

    public void Dispose() => _f.Dispose();

    [Fact]
    public async Task Items_past_their_retention_go_with_all_their_states_and_nothing_else_does()
    {
        string body = Text(3000, 1);
        string first = _f.Server.Deliver(Ann, subject: "Kept");
        string second = _f.Server.Deliver(Ann, subject: "Gone", body: body);
        _f.Server.Deliver(Bob, subject: "Shared", body: body);
        await _f.ScanAsync();
        File.Move(second, second + "F");
        await _f.ScanAsync();
        File.Delete(second + "F");
        await _f.ScanAsync();
        var gone = _f.Items(ItemSelection.Deleted).Single();
        Assert.Equal(3, _f.Node.GetHistory(Ann, gone.Id).Count);

        // Not yet.
        Assert.Equal(0, (await PurgeAsync(new PurgeRequest(), days: 29)).Deleted);
        Assert.Single(_f.Items(ItemSelection.Deleted));

        var report = await PurgeAsync(new PurgeRequest(), days: 31);
        Assert.Equal(1, report.Deleted);
        Assert.True(report.BytesFreed > 0);
        Assert.Empty(_f.Items(ItemSelection.Deleted));
        Assert.Equal(ErrorIds.ItemNotFound, Assert.Throws<MailBackupException>(() => _f.Node.GetHistory(Ann, gone.Id)).ErrorId);
        Assert.DoesNotContain("Gone", string.Concat(Journals(_f.BackupPath).Select(File.ReadAllText)), StringComparison.Ordinal);
        Assert.Equal(["Kept", "Shared"], _f.Items().Select(i => i.Subject).Order());
        Assert.Equal(File.ReadAllBytes(first), _f.Content(_f.Items().Single(i => i.Subject == "Kept")));
        Assert.EndsWith(body, Encoding.UTF8.GetString(_f.Content(_f.Items().Single(i => i.Subject == "Shared"))), StringComparison.Ordinal);
        await _f.AssertCoherentAsync();
        await _f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_purged_item_id_is_never_given_again()
    {
        _f.Server.Deliver(Ann);
        string last = _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        var highest = _f.Items().Max(i => i.Id);
        File.Delete(last);
        await _f.ScanAsync();
        await PurgeAsync(new PurgeRequest(), days: 31);

        // Neither the catalog nor account_stat is there to remember it.
        _f.Node.Dispose();
        Directory.Delete(Path.Combine(_f.BackupPath, "state"), recursive: true);
        foreach (string stat in Directory.GetFiles(_f.BackupPath, "account_stat", SearchOption.AllDirectories))
        {
            File.Delete(stat);
        }

        _f.Reopen();
        _f.Server.Deliver(Ann, subject: "After");
        await _f.ScanAsync();
        Assert.Equal(highest.Value + 1, _f.Items().Single(i => i.Subject == "After").Id.Value);
        await _f.AssertCoherentAsync();
    }

    [Fact]
    public async Task Infinite_retention_ends_the_purge_at_once()
    {
        File.Delete(_f.Server.Deliver(Ann));
        _f.Server.Deliver(Ann);
        string gone = _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        File.Delete(gone);
        await _f.ScanAsync();
        var before = Truth();

        var report = await PurgeAsync(new PurgeRequest { RetentionDays = 0 }, days: 10_000);

        Assert.Equal((0, 0), (report.Deleted, report.Checked));
        Assert.Contains("for ever", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(before, Truth());
        Assert.Single(_f.Items(ItemSelection.Deleted));
    }

    [Fact]
    public async Task A_deleted_account_keeps_everything_until_its_own_retention_ends()
    {
        _f.Server.Deliver(Ann);
        _f.Server.Deliver(Bob);
        string early = _f.Server.Deliver(Bob, subject: "Early");
        await _f.ScanAsync();
        File.Delete(early);
        await _f.ScanAsync();
        Directory.Delete(Path.Combine(_f.Server.Root, "example.com", "bob"), recursive: true);
        await _f.ScanAsync();
        _f.Node.UpdateConfiguration(c => c with { AccountRetentionDays = 90 });
        var bob = _f.Node.GetAccounts().Single(a => a.Name == Bob);
        Assert.True(bob.Deleted);
        int items = _f.Items(ItemSelection.All).Count(i => i.Account == Bob);

        var report = await PurgeAsync(new PurgeRequest(), days: 89);
        Assert.Equal(0, report.Deleted);
        Assert.Equal(items, _f.Items(ItemSelection.All).Count(i => i.Account == Bob));

        report = await PurgeAsync(new PurgeRequest(), days: 91);
        Assert.True(report.Deleted >= 2);
        Assert.Contains(report.Warnings, w => w.Contains(Bob, StringComparison.Ordinal));
        Assert.DoesNotContain(_f.Node.GetAccounts(), a => a.Name == Bob);
        Assert.False(Directory.Exists(_f.Layout.Account(bob.Id)));
        var removed = Assert.Single(PurgeLog.Read(_f.Layout, JournalPosition.Start).Records.SelectMany(r => r.Removed));
        Assert.Equal((bob.Id, Bob), (removed.Id, removed.Name));
        Assert.Single(_f.Items(), i => i.Account == Ann);
        await _f.AssertCoherentAsync();
        await _f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_folder_stays_as_long_as_a_state_that_stays_lies_in_it()
    {
        string mail = _f.Server.Deliver(Ann, ".Old", subject: "Moved");
        _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        File.Move(mail, Path.Combine(_f.Server.Folder(Ann), "cur", Path.GetFileName(mail)));
        Directory.Delete(Path.Combine(_f.Server.Folder(Ann), ".Old"), recursive: true);
        await _f.ScanAsync();

        await PurgeAsync(new PurgeRequest(), days: 31);

        var moved = _f.Items().Single(i => i.Subject == "Moved");
        Assert.Equal(["Old", "INBOX"], _f.Node.GetHistory(Ann, moved.Id).Select(i => i.Folder));
        await _f.AssertCoherentAsync();
    }

    [Fact]
    public async Task Past_states_of_living_items_go_only_when_asked()
    {
        string mail = _f.Server.Deliver(Ann, flags: "", subject: "Changing");
        await _f.ScanAsync();
        foreach (string flags in (string[])["S", "FS", "FRS"])
        {
            string next = mail[..(mail.IndexOf(":2,", StringComparison.Ordinal) + 3)] + flags;
            File.Move(mail, next);
            mail = next;
            await _f.ScanAsync();
        }

        var id = _f.Items().Single().Id;
        await PurgeAsync(new PurgeRequest(), days: 400);
        Assert.Equal(4, _f.Node.GetHistory(Ann, id).Count);

        var report = await PurgeAsync(new PurgeRequest { HistoryRetentionDays = 365 }, days: 400);
        Assert.Equal((0, 3), (report.Deleted, report.Updated));
        var left = Assert.Single(_f.Node.GetHistory(Ann, id));
        Assert.Equal(MessageFlags.Flagged | MessageFlags.Answered | MessageFlags.Seen, left.Flags);
        await _f.AssertCoherentAsync();
        await _f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task The_plan_says_what_the_purge_then_does_and_changes_nothing()
    {
        string gone = _f.Server.Deliver(Ann, body: Text(5000, 2));
        _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        File.Delete(gone);
        await _f.ScanAsync();
        var before = Truth();

        var plan = await PlanAsync(new PurgeRequest(), days: 31);

        Assert.Equal((1, 0, 1), (plan.Items, plan.States, plan.AccountsTouched));
        Assert.True(plan.JournalBytes > 0);
        Assert.True(plan.ContentBytes > 0);
        Assert.Equal(before, Truth());
        var report = await PurgeAsync(new PurgeRequest(), days: 31);
        Assert.Equal(plan.Items, report.Deleted);
        Assert.True((await PlanAsync(new PurgeRequest(), days: 29)).Items == 0);
    }

    [Fact]
    public async Task A_damaged_journal_is_not_touched_and_no_content_is_removed()
    {
        for (int i = 0; i < 3; i++)
        {
            _f.Server.Deliver(Ann);
        }

        string gone = _f.Server.Deliver(Bob);
        _f.Server.Deliver(Bob);
        await _f.ScanAsync();
        File.Delete(gone);
        await _f.ScanAsync();
        var ann = _f.Node.GetAccounts().Single(a => a.Name == Ann);
        string journal = _f.Layout.ItemJournal(ann.Id).Segment(1);
        byte[] bytes = File.ReadAllBytes(journal);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(journal, bytes);

        var operation = await RunAsync(new PurgeRequest { NoGrace = true }, days: 31);

        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(ErrorIds.JournalDamaged, Assert.Single(operation.Report!.Troubles).ErrorId);
        Assert.Equal(1, operation.Report.Deleted);
        Assert.Contains(operation.Report.Warnings, w => w.Contains("No content was removed", StringComparison.Ordinal));
        Assert.Equal(bytes, File.ReadAllBytes(journal));
    }

    /// <summary>The catalog fits such a journal, and the last line may be all that names a content.</summary>
    [Fact]
    public async Task A_changed_byte_in_the_last_line_keeps_all_content()
    {
        for (int i = 0; i < 3; i++)
        {
            _f.Server.Deliver(Ann, body: Text(3000, i));
        }

        string gone = _f.Server.Deliver(Bob, body: Text(3000, 7));
        _f.Server.Deliver(Bob);
        await _f.ScanAsync();
        File.Delete(gone);
        await _f.ScanAsync();
        var ann = _f.Node.GetAccounts().Single(a => a.Name == Ann);
        string journal = _f.Layout.ItemJournal(ann.Id).Segment(1);
        byte[] bytes = File.ReadAllBytes(journal);
        byte[] flipped = (byte[])bytes.Clone();
        flipped[bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 5] ^= 1;
        File.WriteAllBytes(journal, flipped);

        var operation = await RunAsync(new PurgeRequest { NoGrace = true }, days: 31);

        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(ErrorIds.JournalDamaged, Assert.Single(operation.Report!.Troubles).ErrorId);
        Assert.Contains(operation.Report.Warnings, w => w.Contains("No content was removed", StringComparison.Ordinal));
        Assert.Equal(flipped, File.ReadAllBytes(journal));
        Assert.Equal(OperationState.Completed, (await _f.RunAsync(new RepairRequest())).State);
        Assert.Equal(bytes, File.ReadAllBytes(journal));
        await _f.AssertCoherentAsync();
    }

    /// <summary>What cannot be read of an account's own journal may say that it was brought back.</summary>
    [Fact]
    public async Task An_account_whose_return_cannot_be_read_is_not_removed()
    {
        _f.Server.Deliver(Ann);
        string bob = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(_f.Server.Deliver(Bob))!)!)!;
        await _f.ScanAsync();
        Directory.Move(bob, _f["bob"]);
        await _f.ScanAsync();
        Assert.True(_f.Node.GetAccounts().Single(a => a.Name == Bob).Deleted);
        Directory.Move(_f["bob"], bob);
        await _f.ScanAsync();
        var account = _f.Node.GetAccounts().Single(a => a.Name == Bob);
        Assert.False(account.Deleted);

        File.Delete(_f.Layout.AccountStat(account.Id));
        string info = _f.Layout.AccountInfo(account.Id).Segment(1);
        byte[] bytes = File.ReadAllBytes(info);
        bytes[bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 5] ^= 1;
        File.WriteAllBytes(info, bytes);
        _f.Reopen();
        var operation = await RunAsync(new PurgeRequest { NoGrace = true }, days: 400);

        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(ErrorIds.JournalDamaged, Assert.Single(operation.Report!.Troubles).ErrorId);
        Assert.True(File.Exists(info));
        Assert.Equal(OperationState.Completed, (await _f.RunAsync(new RepairRequest())).State);
        await _f.AssertCoherentAsync();
        Assert.False(_f.Node.GetAccounts().Single(a => a.Name == Bob).Deleted);
    }

    [Fact]
    public async Task Nothing_is_removed_while_holds_are_missing()
    {
        string gone = _f.Server.Deliver(Ann);
        _f.Server.Deliver(Ann);
        await _f.ScanAsync();
        _f.Node.SetLegalHold([Ann], held: true, "Case");
        File.Delete(gone);
        await _f.ScanAsync();
        byte[] holds = File.ReadAllBytes(_f.Layout.LegalHold.Segment(1));
        File.Delete(_f.Layout.LegalHold.Segment(1));

        var operation = await RunAsync(new PurgeRequest(), days: 31);
        Assert.Equal((OperationState.Failed, ErrorIds.LegalHoldDamaged), (operation.State, operation.ErrorId));
        Assert.Single(_f.Items(ItemSelection.Deleted));
        var check = await _f.RunAsync(new CheckRequest());
        Assert.Contains(check.Report!.Troubles, t => t.Path!.Contains("legal_hold", StringComparison.Ordinal));

        File.WriteAllBytes(_f.Layout.LegalHold.Segment(1), holds);
        Assert.Equal(1, (await PurgeAsync(new PurgeRequest(), days: 31)).Skipped);
        await _f.AssertCoherentAsync();
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(null, -1)]
    public async Task A_negative_retention_is_refused(int? retention, int? history)
    {
        var operation = await RunAsync(new PurgeRequest { RetentionDays = retention, HistoryRetentionDays = history }, days: 1);
        Assert.Equal((OperationState.Failed, ErrorIds.ArgumentInvalid), (operation.State, operation.ErrorId));
    }

    [Fact]
    public async Task After_a_purge_the_catalog_is_what_a_rebuilt_one_is()
    {
        var files = Enumerable.Range(0, 20).Select(i => _f.Server.Deliver(i % 2 == 0 ? Ann : Bob, body: Text(2000 + i, i))).ToList();
        await _f.ScanAsync();
        files.Where((_, i) => i % 3 == 0).ToList().ForEach(File.Delete);
        await _f.ScanAsync();
        await PurgeAsync(new PurgeRequest { NoGrace = true }, days: 31);
        var kept = _f.DumpCatalog();
        _f.Node.Dispose();
        Directory.Delete(Path.Combine(_f.BackupPath, "state"), recursive: true);
        _f.Reopen();
        Assert.Equal(kept, _f.DumpCatalog());
    }

    internal static string Text(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>All that is not rebuildable.</summary>
    private SortedDictionary<string, string> Truth() => Copies.Snapshot(_f.BackupPath, f => !f.StartsWith("state/", StringComparison.Ordinal));

    private static IEnumerable<string> Journals(string path) => Directory.GetFiles(path, "*.jsonl", SearchOption.AllDirectories);

    private async Task<OperationReport> PurgeAsync(PurgeRequest request, int days)
    {
        var operation = await RunAsync(request, days);
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }

    private Task<Operation> RunAsync(PurgeRequest request, int days)
    {
        _f.Node.Clock = new LaterClock(days);
        return _f.RunAsync(request);
    }

    private Task<PurgePlan> PlanAsync(PurgeRequest request, int days)
    {
        _f.Node.Clock = new LaterClock(days);
        return _f.Node.PlanPurgeAsync(request, default);
    }
}
