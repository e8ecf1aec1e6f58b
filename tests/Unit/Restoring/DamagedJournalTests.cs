using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

/// <summary>What stands behind damage in a journal is not listed, so it is not restored: never a success.</summary>
public class DamagedJournalTests
{
    [Fact]
    public async Task A_restore_of_its_account_ends_with_errors_and_those_of_others_do_not()
    {
        using var node = await DamagedNode.CreateAsync();
        Break(node);
        var all = await node.Node.RunAsync(new RestoreRequest());
        Assert.Equal((OperationState.CompletedWithErrors, DamagedNode.Ann), (all.State, Assert.Single(all.Report!.Troubles).Account));
        Assert.Equal(ErrorIds.JournalDamaged, all.Report.Troubles[0].ErrorId);

        var bob = await node.Node.RunAsync(new RestoreRequest { Account = DamagedNode.Bob });
        Assert.Equal(OperationState.Completed, bob.State);
        var deleted = await node.Node.RunAsync(new UndeleteRequest { Accounts = [DamagedNode.Ann], After = DateTimeOffset.UtcNow.AddDays(-1) });
        Assert.Equal((OperationState.CompletedWithErrors, ErrorIds.JournalDamaged), (deleted.State, Assert.Single(deleted.Report!.Troubles).ErrorId));
        var copy = await node.Node.RunAsync(new AccountRestoreRequest { Account = DamagedNode.Ann, As = "copy@example.com" });
        Assert.Equal((OperationState.CompletedWithErrors, ErrorIds.JournalDamaged), (copy.State, Assert.Single(copy.Report!.Troubles).ErrorId));
    }

    /// <summary>The last line, altered: no line behind it tells that it is damage and no torn end.</summary>
    [Fact]
    public async Task So_it_is_when_only_the_last_line_is_damaged()
    {
        using var node = await DamagedNode.CreateAsync();
        Break(node, last: true);
        var ann = await node.Node.RunAsync(new RestoreRequest { Account = DamagedNode.Ann });
        Assert.Equal((OperationState.CompletedWithErrors, ErrorIds.JournalDamaged), (ann.State, Assert.Single(ann.Report!.Troubles).ErrorId));
    }

    private static void Break(DamagedNode node, bool last = false)
    {
        string journal = node.Journal(DamagedNode.Ann);
        node.Node.Node.Dispose();
        DamagedNode.ChangeLines(journal, lines =>
        {
            int line = last ? lines.Count - 1 : lines.Count / 2;
            lines[line] = lines[line].Replace("\"type\":\"message\"", "\"type\":\"massage\"", StringComparison.Ordinal);
        });
        Array.ForEach(Directory.GetFiles(node.Layout.State, "catalog.db*"), File.Delete);
        node.Node.Reopen();
    }
}
