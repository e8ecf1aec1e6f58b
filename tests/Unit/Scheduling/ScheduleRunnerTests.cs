using System.Collections.Concurrent;
using System.Globalization;
using MailBackup.Operations;
using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Tests.Cli;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scheduling;

/// <summary>What the service queues, by a clock that is set: clocks that change, runs that were missed, runs that overlap.</summary>
public sealed class ScheduleRunnerTests : IDisposable, IServiceLog
{
    private readonly NodeFixture _node = new();
    private readonly ConcurrentQueue<string> _log = [];
    private readonly SettableClock _clock = new(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero), FixedClock.Zone);

    public ScheduleRunnerTests()
    {
        _node.Node.Clock = _clock;
        foreach (var operation in Enum.GetValues<ScheduledOperation>())
        {
            _node.Node.SetSchedule(operation, _ => new ScheduleEntry { Cron = "0 4 * * *", Enabled = false });
        }
    }

    public void Dispose() => _node.Dispose();

    void IServiceLog.Write(ServiceLogLevel level, string message) => _log.Enqueue($"{level} {message}");

    // On 28 March 2027 clocks go from 02:00 to 03:00 (01:00 UTC), on 31 October from 03:00 to 02:00 (01:00 UTC).
    [Theory]
    [InlineData("2027-03-27T20:00Z", "2027-03-29T20:00Z", "30 2 * * *", "2027-03-28 03:00 +02:00", "2027-03-29 02:30 +02:00")]
    [InlineData("2027-03-27T20:00Z", "2027-03-29T20:00Z", "0 4 * * *", "2027-03-28 04:00 +02:00", "2027-03-29 04:00 +02:00")]
    [InlineData("2027-10-30T20:00Z", "2027-11-01T20:00Z", "30 2 * * *", "2027-10-31 02:30 +02:00", "2027-11-01 02:30 +01:00")]
    [InlineData("2027-10-30T20:00Z", "2027-11-01T20:00Z", "0 4 * * *", "2027-10-31 04:00 +01:00", "2027-11-01 04:00 +01:00")]
    [InlineData("2027-10-31T00:10Z", "2027-10-31T02:10Z", "0 * * * *", "2027-10-31 02:00 +01:00", "2027-10-31 03:00 +01:00")]
    [InlineData("2027-03-27T23:30Z", "2027-03-28T02:10Z", "0 * * * *", "2027-03-28 01:00 +01:00", "2027-03-28 03:00 +02:00", "2027-03-28 04:00 +02:00")]
    public void Each_run_is_queued_once_on_a_day_when_clocks_change(string from, string to, string cron, params string[] runs)
    {
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => new ScheduleEntry { Cron = cron });
        Assert.Equal(runs, Run(from, to, TimeSpan.FromSeconds(55)));
    }

    [Fact]
    public void A_clock_that_is_set_back_queues_nothing_again()
    {
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => new ScheduleEntry { Cron = "0 4 * * *" });
        Assert.Single(Run("2027-05-01T01:59Z", "2027-05-01T02:03Z", TimeSpan.FromSeconds(5)));
        var runner = new ScheduleRunner(_node.Node, _clock, this);
        var since = Time("2027-05-01T02:03Z");

        // As RunAsync has it: what was seen is not seen again.
        runner.Round(since, since.AddMinutes(-10));
        runner.Round(since, since.AddSeconds(5));
        Assert.Empty(_node.Node.Operations.List());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_fell_due_while_no_service_ran_is_told_and_caught_up_only_if_asked(bool catchUp)
    {
        _node.Server.Deliver("alice@example.com");
        _clock.Now = DateTimeOffset.UtcNow;
        await _node.ScanAsync();
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => new ScheduleEntry { Cron = "0 4 * * *", CatchUp = catchUp });
        _clock.Now = DateTimeOffset.UtcNow.AddDays(3);
        Assert.NotNull(_node.Node.GetSchedule()[0].Missed);
        new ScheduleRunner(_node.Node, _clock, this).Begin(_clock.Now);
        Assert.Equal(catchUp ? 1 : 0, _node.Node.Operations.List().Count(o => o.Kind == OperationKind.SmartScan));
        Assert.Contains(_log, l => l.Contains(catchUp ? "is queued: missed at" : "was missed at", StringComparison.Ordinal));

        // Three days were missed, one run makes up for them.
        new ScheduleRunner(_node.Node, _clock, this).Begin(_clock.Now);
        Assert.Equal(catchUp ? 1 : 0, _node.Node.Operations.List().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_fell_due_while_the_machine_slept_is_run_late_only_if_asked(bool catchUp)
    {
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => new ScheduleEntry { Cron = "0 4 * * *", CatchUp = catchUp });
        var runner = new ScheduleRunner(_node.Node, _clock, this);
        var asleep = Time("2027-05-01T01:00Z");
        runner.Round(asleep, asleep.AddHours(5));
        Assert.Equal(catchUp ? 1 : 0, _node.Node.Operations.List().Count);
        Assert.Equal(!catchUp, _log.Any(l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("2027-05-01 04:00", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(4, false, true)]
    [InlineData(10, false, false)]
    [InlineData(10, true, true)]
    public void What_cannot_be_queued_when_it_is_due_is_tried_again_until_it_counts_as_missed(int minutes, bool catchUp, bool queued)
    {
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => new ScheduleEntry { Cron = "0 4 * * *", CatchUp = catchUp });
        var runner = new ScheduleRunner(_node.Node, _clock, this);
        var since = Time("2027-05-01T01:59:58Z");
        string away = _node["away"];

        // The volume of the backup path is gone for a while.
        Directory.Move(_node.BackupPath, away);
        for (var end = since.AddMinutes(minutes); since < end;)
        {
            runner.Round(since, since += TimeSpan.FromSeconds(5));
        }

        Assert.Single(_log, l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains("cannot be queued", StringComparison.Ordinal));
        Directory.Move(away, _node.BackupPath);
        runner.Round(since, since += TimeSpan.FromSeconds(5));
        runner.Round(since, since += TimeSpan.FromSeconds(5));
        Assert.Equal(queued ? 1 : 0, _node.Node.Operations.List().Count);
        Assert.Equal(queued ? 0 : 1, _log.Count(l => l.Contains("was missed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_falls_due_together_or_meanwhile_waits_in_the_queue()
    {
        _node.Server.Deliver("alice@example.com");
        _node.Node.SetSchedule(ScheduledOperation.SmartScan, _ => new ScheduleEntry { Cron = "0,10 4 * * *" });
        _node.Node.SetSchedule(ScheduledOperation.CoherencyCheck, _ => new ScheduleEntry { Cron = "0 4 * * *" });
        var runner = new ScheduleRunner(_node.Node, _clock, this);
        var due = Time("2027-05-01T02:00Z");
        runner.Round(due.AddMinutes(-1), due);
        runner.Round(due, due.AddMinutes(10));
        Assert.Equal([OperationKind.SmartScan, OperationKind.CoherencyCheck], _node.Node.Operations.List().Select(o => o.Kind));
        Assert.Contains(_log, l => l.Contains("waits in the queue already", StringComparison.Ordinal));

        // The worker takes them one after another.
        _node.Node.Clock = TimeProvider.System;
        await _node.Node.WorkAsync(_ => { }, _ => { }, default);
        var ended = _node.Node.Operations.History(10).Where(o => o.Kind is OperationKind.SmartScan or OperationKind.CoherencyCheck).OrderBy(o => o.Started).ToList();
        Assert.Equal([OperationState.Completed, OperationState.Completed], ended.Select(o => o.State));
        Assert.True(ended[1].Started >= ended[0].Ended);
    }

    /// <summary>Lets the clock go from one moment to another; each operation ends before the next step.</summary>
    /// <returns>When what was queued had been due, on the clock on the wall.</returns>
    private List<string> Run(string from, string to, TimeSpan step)
    {
        var runner = new ScheduleRunner(_node.Node, _clock, this);
        var (since, end) = (Time(from), Time(to));
        while (since < end)
        {
            runner.Round(since, since += step);
            _node.Node.Operations.RequestStopAll();
        }

        return [.. _log.Where(l => l.Contains("due at ", StringComparison.Ordinal)).Select(l => l[(l.IndexOf("due at ", StringComparison.Ordinal) + 7)..].TrimEnd('.'))];
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
