using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Tests.Cli;

public class ProgressTextTests
{
    private static Operation Operation(OperationKind kind, OperationState state, int process) => new()
    {
        Id = Guid.NewGuid(),
        Kind = kind,
        State = state,
        Parameters = "{}",
        ProcessId = process,
    };

    [Fact]
    public void Says_all_that_is_known() => Assert.Equal(
        "Scanning  account 3/12  alice@example.org  12,345 items  1,234/s  23.4 MB/s  45 %  0:12 left",
        ProgressText.Of(new OperationProgress
        {
            Activity = "Scanning",
            Account = "alice@example.org",
            AccountsDone = 2,
            AccountsTotal = 12,
            ItemsDone = 12345,
            BytesDone = 234_000_000,
            Seconds = 10,
            Percent = 45.4,
            SecondsLeft = 12,
        }));

    [Fact]
    public void Leaves_out_what_is_not_known() => Assert.Equal("Working  0 items", ProgressText.Of(new OperationProgress()));

    [Fact]
    public void The_last_account_is_not_counted_past_the_end() => Assert.Contains(
        "account 12/12", ProgressText.Of(new OperationProgress { AccountsDone = 12, AccountsTotal = 12 }), StringComparison.Ordinal);

    [Fact]
    public void Percent_comes_from_the_items_when_the_engine_does_not_tell() => Assert.Contains(
        "50 %", ProgressText.Of(new OperationProgress { ItemsDone = 5, ItemsTotal = 10 }), StringComparison.Ordinal);

    [Fact]
    public void A_waiting_operation_knows_whose_turn_it_is()
    {
        var running = Operation(OperationKind.SmartScan, OperationState.Running, 123);
        var first = Operation(OperationKind.Restore, OperationState.Queued, 456);
        var own = Operation(OperationKind.CoherencyCheck, OperationState.Queued, 789);
        Assert.Equal("waiting for SmartScan of process 123", ProgressText.Waiting(own.Id, [running, first, own]));
        Assert.Equal("waiting for Restore of process 456", ProgressText.Waiting(own.Id, [first, own]));
        Assert.Null(ProgressText.Waiting(own.Id, [own]));
        Assert.Null(ProgressText.Waiting(own.Id, []));
    }
}
