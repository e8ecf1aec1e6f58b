using System.Collections.Concurrent;
using MailBackup.Configuration;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

/// <summary>That scans do not happen is noticed by somebody who is not a scan.</summary>
public sealed class ScanWatchTests : IDisposable, IServiceLog
{
    private readonly NodeFixture _node = new();
    private readonly SmtpSink _sink = new();
    private readonly ConcurrentQueue<string> _log = [];

    public ScanWatchTests() => _node.Node.UpdateConfiguration(c => c with
    {
        Notification = new NotificationConfiguration { SmtpServer = "127.0.0.1", SmtpPort = _sink.Port, From = "backup@example.org", To = ["admin@example.org"], Level = NotificationLevel.Critical },
    });

    public void Dispose()
    {
        _sink.Dispose();
        _node.Dispose();
    }

    void IServiceLog.Write(ServiceLogLevel level, string message) => _log.Enqueue($"{level} {message}");

    [Fact]
    public async Task Two_periods_without_a_scan_are_told_once_a_day_until_one_succeeds()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        var clock = new SettableClock(DateTimeOffset.UtcNow, TimeZoneInfo.Utc);
        await RoundAsync(clock);
        clock.Now = clock.Now.AddHours(47);
        await RoundAsync(clock);
        Assert.Empty(_sink.Mails);

        clock.Now = clock.Now.AddHours(2);
        await RoundAsync(clock);
        await RoundAsync(clock);
        clock.Now = clock.Now.AddHours(23);
        await RoundAsync(clock);
        var mail = Assert.Single(_sink.Mails);
        Assert.Equal($"MailBackup on {Environment.MachineName}: no SmartScan for too long", mail.Subject);
        Assert.Contains(_node.BackupPath, mail.Body, StringComparison.Ordinal);
        Assert.Contains(_log, l => l.StartsWith("Critical", StringComparison.Ordinal));

        clock.Now = clock.Now.AddHours(2);
        await RoundAsync(clock);
        Assert.Equal(2, _sink.Mails.Count);

        // One that succeeds now; the clock of the queue is the real one, so the watch goes back to it.
        await _node.ScanAsync();
        clock.Now = DateTimeOffset.UtcNow;
        await RoundAsync(clock);
        await RoundAsync(clock);
        Assert.Single(_log, l => l.Contains("come to their end again", StringComparison.Ordinal));
        Assert.Equal(2, _sink.Mails.Count);
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_again_within_hours_and_not_every_minute()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        var relay = _node.Node.Configuration.Notification;
        _node.Node.UpdateConfiguration(c => c with { Notification = relay with { SmtpPort = 1 } });
        var clock = new SettableClock(DateTimeOffset.UtcNow.AddHours(49), TimeZoneInfo.Utc);
        await RoundAsync(clock);
        await RoundAsync(clock);
        Assert.Single(_log, l => l.StartsWith("Critical", StringComparison.Ordinal));

        _node.Node.UpdateConfiguration(c => c with { Notification = relay });
        clock.Now = clock.Now.AddMinutes(30);
        await RoundAsync(clock);
        Assert.Empty(_sink.Mails);
        clock.Now = clock.Now.AddMinutes(31);
        await RoundAsync(clock);
        await RoundAsync(clock);
        Assert.Single(_sink.Mails);
    }

    [Fact]
    public async Task What_was_told_but_cannot_be_written_down_is_not_told_at_every_round()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        var clock = new SettableClock(DateTimeOffset.UtcNow.AddHours(49), TimeZoneInfo.Utc);
        Directory.CreateDirectory(Path.Combine(_node.Layout.State, "scan_missed"));
        var watch = new ScanWatch(_node.Node, clock, this);
        await Assert.ThrowsAnyAsync<Exception>(watch.RoundAsync);
        await watch.RoundAsync();
        Assert.Single(_sink.Mails);
    }

    [Fact]
    public async Task A_scan_that_fails_is_no_scan_and_a_schedule_that_is_off_expects_none()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        Directory.Delete(_node.Server.Root, recursive: true);
        Assert.Equal(MailBackup.Operations.OperationState.Failed, (await _node.RunAsync(new MailBackup.Operations.ScanRequest())).State);
        var clock = new SettableClock(DateTimeOffset.UtcNow.AddHours(50), TimeZoneInfo.Utc);
        _node.Node.SetSchedule(MailBackup.Scheduling.ScheduledOperation.SmartScan, _ => new MailBackup.Scheduling.ScheduleEntry { Cron = "0 4 * * *", Enabled = false });
        await RoundAsync(clock);
        Assert.Empty(_sink.Mails);
        _node.Node.SetSchedule(MailBackup.Scheduling.ScheduledOperation.SmartScan, _ => new MailBackup.Scheduling.ScheduleEntry { Cron = "0 4 * * *" });
        await RoundAsync(clock);
        Assert.Single(_sink.Mails);
    }

    // A watch of its own each time: what was told outlives the service.
    private Task RoundAsync(SettableClock clock) => new ScanWatch(_node.Node, clock, this).RoundAsync();
}
