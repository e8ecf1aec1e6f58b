using MailBackup.Operations;
using MailBackup.Scheduling;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scheduling;

public sealed class ScheduleTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_schedule_is_part_of_the_configuration()
    {
        var entry = new ScheduleEntry { Cron = "15 3 * * *", TimeZone = "Europe/Rome", CatchUp = true };
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => entry);
        _node.Reopen();
        Assert.Equal(entry, _node.Node.Configuration.Schedule.SmartScan);
        Assert.Equal(new BackupSchedule().Purge, _node.Node.Configuration.Schedule.Purge);
        var info = _node.Node.GetSchedule()[0];
        Assert.Equal(("15 3 * * *", "Europe/Rome", true), (info.Cron, info.TimeZone, info.CatchUp));
        Assert.True(info.NextRun > DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("0 4 * * * *", null)]
    [InlineData("0 4 * * *", "Europe/Nowhere")]
    public void A_wrong_entry_changes_nothing(string cron, string? zone)
    {
        var before = _node.Node.Configuration;
        var error = Assert.Throws<MailBackupException>(
            () => _node.Node.SetSchedule(ScheduledOperation.Purge, _ => new ScheduleEntry { Cron = cron, TimeZone = zone }));
        Assert.Equal(ErrorIds.ArgumentInvalid, error.ErrorId);
        _node.Reopen();
        Assert.Equal(before, _node.Node.Configuration);
    }

    [Fact]
    public void What_fell_due_is_told_with_its_last_moment()
    {
        var schedule = new BackupSchedule { Purge = new ScheduleEntry { Cron = "0 6 * * 0", Enabled = false } };
        var since = new DateTimeOffset(2026, 3, 7, 5, 0, 0, TimeSpan.Zero);
        Assert.Empty(SchedulePlan.Due(schedule, since, since.AddMinutes(59), TimeZoneInfo.Utc));
        Assert.Equal(
            [(ScheduledOperation.SmartScan, since.AddHours(47)), (ScheduledOperation.CoherencyCheck, since.AddHours(1))],
            SchedulePlan.Due(schedule, since, since.AddHours(48), TimeZoneInfo.Utc).Select(d => (d.Operation, d.Due)));
        Assert.Equal(since.AddHours(1), SchedulePlan.Next(schedule, since, TimeZoneInfo.Utc));
    }

    [Fact]
    public async Task What_was_missed_is_told_until_it_has_run()
    {
        var entry = new ScheduleEntry { Cron = "* * * * *" };
        Assert.Null(_node.Node.FindMissed(ScheduledOperation.SmartScan, entry, DateTimeOffset.UtcNow.AddMinutes(-10)));
        var later = DateTimeOffset.UtcNow.AddMinutes(10);
        Assert.NotNull(_node.Node.FindMissed(ScheduledOperation.SmartScan, entry, later));
        await _node.ScanAsync();
        Assert.Null(_node.Node.FindMissed(ScheduledOperation.SmartScan, entry, _node.Node.Operations.History(1)[0].Queued));
        Assert.NotNull(_node.Node.FindMissed(ScheduledOperation.SmartScan, entry, later));
    }

    [Fact]
    public void A_scheduled_operation_is_not_queued_twice()
    {
        var first = _node.Node.SubmitScheduled(ScheduledOperation.SmartScan);
        Assert.Equal(OperationKind.SmartScan, first!.Kind);
        Assert.Null(_node.Node.SubmitScheduled(ScheduledOperation.SmartScan));
        Assert.Equal(OperationKind.Purge, _node.Node.SubmitScheduled(ScheduledOperation.Purge)!.Kind);
    }
}
