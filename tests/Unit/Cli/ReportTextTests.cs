using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Tests.Cli;

public class ReportTextTests
{
    [Fact]
    public void A_scan_is_summed_up() => Assert.Equal(
        [
            "1,200 added, 3 updated, 1 deleted, 40 unchanged in 2.00 s.",
            "Read 12.0 MB, stored 3.0 MB (25 %); 602 items/s, 6.0 MB/s.",
            "2 items could not be saved; the next scan tries again.",
            "Note: the clock was set back",
        ],
        ReportText.Summary(OperationKind.SmartScan, new OperationReport
        {
            Added = 1200,
            Updated = 3,
            Deleted = 1,
            Unchanged = 40,
            Errors = 2,
            BytesRead = 12_000_000,
            BytesStored = 3_000_000,
            Seconds = 2,
            Warnings = ["the clock was set back"],
        }));

    [Fact]
    public void A_scan_without_changes_is_one_line() => Assert.Equal(
        ["Nothing has changed: 40 items, 0.12 s."],
        ReportText.Summary(OperationKind.SmartScan, new OperationReport { Unchanged = 40, Seconds = 0.12 }));

    [Fact]
    public void A_deep_scan_without_changes_says_what_it_read() => Assert.Equal(
        ["Nothing has changed: 400 items, 2.00 s.", "Read 12.0 MB; 200 items/s, 6.0 MB/s."],
        ReportText.Summary(OperationKind.SmartScan, new OperationReport { Unchanged = 400, BytesRead = 12_000_000, Seconds = 2 }));

    [Fact]
    public void A_restore_is_summed_up() => Assert.Equal(
        ["3 restored, 1 skipped (already there), 2 unrestored in 0.50 s."],
        ReportText.Summary(OperationKind.Restore, new OperationReport { Restored = 3, Skipped = 1, Unrestored = 2, Seconds = 0.5 }));

    [Fact]
    public void A_check_says_whether_all_is_well()
    {
        Assert.Contains(
            "everything is in order",
            ReportText.Summary(OperationKind.CoherencyCheck, new OperationReport { Checked = 5 }).Single(),
            StringComparison.Ordinal);
        Assert.Contains(
            "1 error.",
            ReportText.Summary(OperationKind.CoherencyCheck, new OperationReport { Checked = 5, Errors = 1 }).Single(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_trouble_says_where_and_why()
    {
        Assert.Equal(
            "alice@example.org, item 12, cur/1:2,S (read error): permission denied",
            ReportText.Trouble(new ItemTrouble("ItemReadFailed", "alice@example.org", 12, "cur/1:2,S", "permission denied")));
        Assert.Equal("why", ReportText.Trouble(new ItemTrouble("ItemReadFailed", null, null, null, "why")));
    }
}
