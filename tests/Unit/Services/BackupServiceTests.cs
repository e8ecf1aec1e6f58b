using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

public sealed class BackupServiceTests : IDisposable, IServiceLog
{
    private readonly NodeFixture _node = new();
    private readonly ConcurrentQueue<string> _log = [];
    private volatile bool _logIsFull;

    public BackupServiceTests() => _node.Server.Deliver("alice@example.com");

    public void Dispose() => _node.Dispose();

    void IServiceLog.Write(ServiceLogLevel level, string message)
    {
        if (_logIsFull)
        {
            throw new IOException("No space left on device");
        }

        _log.Enqueue($"{level} {message}");
    }

    /// <summary>A service that cannot go on does not wait, and leaves nothing running.</summary>
    [Fact]
    public async Task Realtime_ends_when_its_switch_is_disposed()
    {
        var realtime = new RealtimeSwitch(_node.Node, this);
        realtime.Set(true);
        realtime.Dispose();
        await realtime.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task It_runs_what_others_queue()
    {
        await WithServiceAsync(async () =>
        {
            var queued = _node.Node.Submit(new ScanRequest());
            await UntilAsync(() => _node.Node.Operations.Find(queued.Id)!.Ended is not null);
            Assert.Equal(OperationState.Completed, _node.Node.Operations.Find(queued.Id)!.State);
            await UntilAsync(() => _log.Any(l => l.Contains("SmartScan", StringComparison.Ordinal) && l.Contains("is done", StringComparison.Ordinal)));

            // What follows a scan is run, too.
            await UntilAsync(() => _node.Node.Operations.FindLast(OperationKind.SearchIndex, succeeded: true) is not null);
        });
        Assert.Single(_node.Items());
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_costs_its_messages_and_nothing_else()
    {
        await WithServiceAsync(async () =>
        {
            await UntilAsync(() => _node.Node.GetService().State == ServiceState.Running);
            _logIsFull = true;
            for (int i = 0; i < 2; i++)
            {
                var queued = _node.Node.Submit(new ScanRequest());
                await UntilAsync(() => _node.Node.Operations.Find(queued.Id)!.Ended is not null);
            }

            _logIsFull = false;
            var last = _node.Node.Submit(new ScanRequest());
            await UntilAsync(() => _node.Node.Operations.Find(last.Id)!.Ended is not null);
            await UntilAsync(() => _log.Any(l => l.Contains("messages are missing here", StringComparison.Ordinal)));
        });

        // Nor does one that never can be.
        _logIsFull = true;
        await WithServiceAsync(() => UntilAsync(() => _node.Node.GetService().State == ServiceState.Running));
    }

    [Fact]
    public async Task Other_processes_see_it_and_can_stop_it()
    {
        Assert.Equal(ServiceState.Stopped, _node.Node.GetService().State);
        await WithServiceAsync(async () =>
        {
            await UntilAsync(() => _node.Node.GetService().State == ServiceState.Running);
            var info = _node.Node.GetService();
            Assert.Equal(Environment.ProcessId, info.ProcessId);
            Assert.True(info.NextRun > info.Heartbeat);
            var again = await Assert.ThrowsAsync<MailBackupException>(() => NewService().RunAsync(default));
            Assert.Equal(ErrorIds.ServiceAlreadyRunning, again.ErrorId);
            Assert.Equal(ServiceState.Stopped, (await _node.Node.StopServiceAsync(TimeSpan.FromSeconds(20), default)).State);
        });
        Assert.Equal(ServiceState.Stopped, _node.Node.GetService().State);
    }

    [Fact]
    public void One_that_has_not_said_anything_yet_is_starting_whatever_its_predecessor_said()
    {
        _node.Node.ServiceFiles.Write(new ServiceInfo { State = ServiceState.Running, ProcessId = 1, Heartbeat = DateTimeOffset.UtcNow });
        Assert.Equal(ServiceState.Stopped, _node.Node.GetService().State);
        using var held = _node.Node.ServiceFiles.TryHold();
        Assert.Equal(ServiceState.Starting, _node.Node.GetService().State);
        Assert.Null(_node.Node.ServiceFiles.TryHold());
    }

    [Fact]
    public async Task It_runs_what_is_due_at_its_start_and_what_was_missed()
    {
        _node.Node.SetSchedule(ScheduledOperation.CoherencyCheck, _ => new ScheduleEntry { Cron = "0 4 1 1 *", AtStart = true });
        _node.Node.SetSchedule(ScheduledOperation.Purge, _ => new ScheduleEntry { Cron = "* * * * *", CatchUp = true });
        await WithServiceAsync(() => UntilAsync(() => _node.Node.Operations.FindLast(OperationKind.CoherencyCheck, succeeded: true) is not null));
        Assert.Contains(_log, l => l.Contains("at the start of the service", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_follows_changes_while_the_configuration_says_so()
    {
        await _node.ScanAsync();
        await WithServiceAsync(async () =>
        {
            _node.Node.SetRealtime(enabled: true, initialScan: false);
            await UntilAsync(() => _node.Node.GetService().Realtime.State == MailBackup.Realtime.RealtimeState.Running);
            _node.Server.Deliver("alice@example.com");
            await UntilAsync(() => _node.Items().Count == 2);
            _node.Node.SetRealtime(enabled: false);
            await UntilAsync(() => _node.Node.GetService().Realtime.State == MailBackup.Realtime.RealtimeState.Stopped);
        });
    }

    [Fact]
    public async Task Scans_of_other_processes_are_left_to_it_while_it_follows_changes_and_so_stop_nothing()
    {
        await _node.ScanAsync();
        _node.Node.SetRealtime(enabled: true, initialScan: false);
        using var other = BackupNode.Open(_node.BackupPath, _node.Options);
        await WithServiceAsync(async () =>
        {
            await UntilAsync(() => _node.Node.GetService().Realtime is { State: MailBackup.Realtime.RealtimeState.Running, Since: not null });
            for (int i = 0; i < 5; i++)
            {
                var scan = await other.RunAsync(other.Submit(new ScanRequest()), null, default);
                Assert.Equal(OperationState.Completed, scan.State);
                await UntilAsync(() => _log.Any(l => l.Contains($"SmartScan {scan.Id} begins", StringComparison.Ordinal)));
            }
        });

        // And without it they are run by whoever waits for them.
        Assert.Equal(OperationState.Completed, (await other.RunAsync(other.Submit(new ScanRequest()), null, default)).State);
    }

    [Fact]
    public async Task Scans_of_other_processes_are_left_to_it_also_while_realtime_finds_its_way()
    {
        using var held = _node.Node.ServiceFiles.TryHold();
        SaysOfRealtime(MailBackup.Realtime.RealtimeState.Starting);
        var scan = _node.Node.Submit(new ScanRequest());
        var run = _node.Node.RunAsync(scan, null, default);
        await Task.Delay(700);
        Assert.Equal(OperationState.Queued, _node.Node.Operations.Find(scan.Id)!.State);
        SaysOfRealtime(MailBackup.Realtime.RealtimeState.Stopped);
        Assert.Equal(OperationState.Completed, (await run).State);

        void SaysOfRealtime(MailBackup.Realtime.RealtimeState state) => _node.Node.ServiceFiles.Write(new ServiceInfo
        {
            State = ServiceState.Running, ProcessId = Environment.ProcessId, Heartbeat = DateTimeOffset.UtcNow, Realtime = new() { State = state },
        });
    }

    [Fact]
    public async Task As_soon_as_it_runs_it_says_that_it_will_follow_changes()
    {
        await _node.ScanAsync();
        _node.Node.SetRealtime(enabled: true, initialScan: false);
        for (int i = 0; i < 5; i++)
        {
            await WithServiceAsync(async () =>
            {
                ServiceInfo info;
                while ((info = _node.Node.GetService()).State != ServiceState.Running)
                {
                    await Task.Yield();
                }

                Assert.NotEqual(MailBackup.Realtime.RealtimeState.Stopped, info.Realtime.State);
            });
        }
    }

    [Fact]
    public async Task Systemd_is_told()
    {
        string path = _node["notify"];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.ReceiveTimeout = 10_000;
        var variables = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "900000", ["INVOCATION_ID"] = "1" };
        await WithServiceAsync(
            () =>
            {
                Assert.StartsWith("READY=1\nSTATUS=", Receive(), StringComparison.Ordinal);
                Assert.Equal("WATCHDOG=1", Receive());
                Assert.Equal("WATCHDOG=1", Receive());
                return Task.CompletedTask;
            },
            variables.GetValueOrDefault);
        string last = Receive();
        while (last == "WATCHDOG=1")
        {
            last = Receive();
        }

        Assert.Equal("STOPPING=1", last);

        string Receive()
        {
            var buffer = new byte[1000];
            return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
        }
    }

    [Fact]
    public void The_unit_is_confined_and_quoted()
    {
        string text = new ServiceUnit
        {
            Name = "mailbackup", User = "vmail", Command = "/usr/bin/mailbackup", BackupPath = "/srv/my backup", Home = "/var/lib/mailbackup", MailTree = "/var/100%", Directory = "/etc/mail/all.ldif",
        }.ToText();
        foreach (string line in (string[])
        [
            "Type=notify", "User=vmail", "ExecStart=/usr/bin/mailbackup serve --backup-path \"/srv/my backup\"", "ProtectSystem=strict", "NoNewPrivileges=yes",
            "ReadWritePaths=\"/srv/my backup\" /var/lib/mailbackup /var/100%% /etc/mail", "CapabilityBoundingSet=", "RestartForceExitStatus=75",
        ])
        {
            Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_unit_that_says_something_else_is_not_replaced_unasked()
    {
        var unit = new ServiceUnit { Name = "mb", User = "vmail", Command = "/usr/bin/mailbackup", BackupPath = "/srv/backup", Home = "/var/lib/mailbackup" };
        string folder = Path.GetDirectoryName(_node["x"])!;
        UnitFile.Write(unit, replace: false, folder);
        UnitFile.Write(unit, replace: false, folder);
        var other = unit with { User = "other" };
        Assert.Equal(ErrorIds.ServiceUnitExists, Assert.Throws<MailBackupException>(() => UnitFile.Write(other, replace: false, folder)).ErrorId);
        UnitFile.Write(other, replace: true, folder);
        Assert.Contains("User=other", File.ReadAllText(Path.Combine(folder, "mb.service")), StringComparison.Ordinal);
        Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<MailBackupException>(() => UnitFile.Write(unit with { Name = "../x" }, replace: true, folder)).ErrorId);
    }

    private BackupService NewService(Func<string, string?>? environment = null) => new(_node.Node, this, new SystemdNotifier(environment ?? (_ => null)));

    private async Task WithServiceAsync(Func<Task> work, Func<string, string?>? environment = null)
    {
        using var stop = new CancellationTokenSource();
        using var service = NewService(environment);
        var running = Task.Run(() => service.RunAsync(stop.Token));
        try
        {
            await work();
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private async Task UntilAsync(Func<bool> reached)
    {
        for (int i = 0; !reached(); i++)
        {
            Assert.True(i < 1500, string.Join('\n', _log));
            await Task.Delay(20);
        }
    }
}
