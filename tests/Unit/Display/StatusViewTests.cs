using MailBackup.Health;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Scheduling;
using MailBackup.Services;

namespace MailBackup.Tests.Display;

/// <summary>The live status, drawn from fixed data at fixed widths.</summary>
public class StatusViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 19, 40, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(200)]
    public void It_fills_the_width_and_never_more(int width)
    {
        var lines = StatusScreen.Lines(Busy(), width, colors: false);
        Assert.All(lines, l => Assert.True(l.Length <= width, $"{l.Length}: {l}"));
        Assert.Equal(width, lines.Max(l => l.Length));
        Assert.All(lines.Skip(1), l => Assert.Contains(l[0], "╭│╰"));
    }

    [Theory]
    [InlineData(80, 5)]
    [InlineData(120, 3)]
    public void Panels_stand_side_by_side_where_there_is_room(int width, int rows) =>
        Assert.Equal(rows, StatusScreen.Lines(Busy(), width, colors: false).Count(l => l.StartsWith('╭')));

    [Fact]
    public void All_that_matters_is_told()
    {
        string text = string.Join('\n', StatusScreen.Lines(Busy(), 80, colors: false));
        foreach (string said in (string[])
        [
            "/srv/backup", "2026-11-21 20:40:00", "✗ critical", "● running  process 4711 of vmail, under systemd", "up 2 days", "version 0.1.0",
            "● following  1,234 watches", "lag 0.42 s", "pending 3", "saved 98,765", "▁▅█▅", "40 changes/s",
            "▶ Restore  restoring  account 3/12  alice@example.org", "━━━━━━━━━━", " 62 %", "12,345 items", "1,500/s", "2.5 MB/s", "1:05 left",
            "· Purge  waits for 10 min", "· Coherency check  waits for 5 min",
            "✓  SmartScan", "06:00:12", "12 added, 3 updated", "!  Account export", "9 errors", "✗  Account scan", "The source is away.",
            "SmartScan       Sun 22 Nov 05:00  in 8 h 20 min", "Purge           off", "! CoherencyCheck was missed at 21 Nov 07:00",
            "✗  3 accounts of the server are not in the backup, carol@example.org first.", "✓ SmartScan, FreeSpace", "12 accounts, 345,678 items, 1.2 GB stored, 34.0 GB free",
            "could be lost the last 0.42 s", "full in 120 days",
        ])
        {
            Assert.Contains(said, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Side_by_side_they_are_equally_high()
    {
        var lines = StatusScreen.Lines(Busy(), 120, colors: false);
        Assert.All(lines.Skip(1), l => Assert.Contains(l[^1], "╮│╯"));
        Assert.Equal(2, lines.Count(l => l.Contains("╮╭", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(l => l.Contains("╯╰", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_idle_path_without_a_service_says_so()
    {
        var idle = new StatusSnapshot { Path = "/srv/backup", Time = Now, RealtimeEnabled = true, Schedule = Busy().Schedule, HealthError = "There is no way in." };
        string text = string.Join('\n', StatusScreen.Lines(idle, 80, colors: false));
        foreach (string said in (string[])["○ stopped  nothing is done by itself", "✗ switched on, not running", "Nothing runs, nothing waits.", "! It needs the service, which does not run.", "✗ There is no way in.", "… looking"])
        {
            Assert.Contains(said, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_of_strangers_do_not_steer_the_terminal()
    {
        var busy = Busy();
        var hostile = busy with { Queue = [busy.Queue[0] with { Progress = busy.Queue[0].Progress! with { Account = "a\u001b[2J[red]b\u202e@example.org" } }] };
        string text = string.Join('\n', StatusScreen.Lines(hostile, 120, colors: false));
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u202e', text);
        Assert.Contains("[2J[red]b", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_there_when_asked_for_and_say_nothing_alone()
    {
        string[] plain = [.. StatusScreen.Lines(Busy(), 100, colors: false)];
        string[] colored = [.. StatusScreen.Lines(Busy(), 100, colors: true)];
        Assert.Contains("\u001b[", string.Concat(colored), StringComparison.Ordinal);
        Assert.Equal(plain, colored.Select(l => System.Text.RegularExpressions.Regex.Replace(l, "\u001b\\[[0-9;]*m", "").TrimEnd()));
    }

    [Fact]
    public void Goals_are_reached_when_they_are()
    {
        var busy = Busy();
        Assert.False(busy.Reaches(StatusGoal.Idle));
        Assert.True(busy.Reaches(StatusGoal.ServiceRunning));
        Assert.False(busy.Reaches(StatusGoal.Healthy));
        Assert.True(new StatusSnapshot { Path = "/", Time = Now }.Reaches(StatusGoal.Idle));
        Assert.True((busy with { Health = busy.Health! with { Checks = [] } }).Reaches(StatusGoal.Healthy));
    }

    private static Operation Op(OperationKind kind, OperationState state, TimeSpan ago) => new()
    {
        Id = Guid.NewGuid(), Kind = kind, State = state, Parameters = "{}", Queued = Now - ago, Started = Now - ago, ProcessId = 4711,
        Ended = state is OperationState.Running or OperationState.Queued ? null : Now - ago,
    };

    private static StatusSnapshot Busy() => new()
    {
        Path = "/srv/backup",
        Time = Now,
        Zone = TimeZoneInfo.CreateCustomTimeZone("Test", TimeSpan.FromHours(1), "Test", "Test"),
        RealtimeEnabled = true,
        Service = new ServiceInfo
        {
            State = ServiceState.Running, ProcessId = 4711, User = "vmail", Supervised = true, Started = Now.AddHours(-50), Heartbeat = Now, Version = "0.1.0",
            Realtime = new RealtimeInfo { State = RealtimeState.Running, Watches = 1234, Pending = 3, Changes = 98765, LagSeconds = 0.42 },
        },
        ChangeRates = [0, 40, 80, 40],
        ItemsPerSecond = 1500,
        BytesPerSecond = 2.5e6,
        Queue =
        [
            Op(OperationKind.Restore, OperationState.Running, TimeSpan.FromMinutes(2)) with
            {
                Progress = new OperationProgress
                {
                    Activity = "Restoring", Account = "alice@example.org", AccountsDone = 2, AccountsTotal = 12, ItemsDone = 12345, ItemsTotal = 20000, Percent = 61.7, SecondsLeft = 65, Seconds = 120,
                },
            },
            Op(OperationKind.Purge, OperationState.Queued, TimeSpan.FromMinutes(10)),
            Op(OperationKind.CoherencyCheck, OperationState.Queued, TimeSpan.FromMinutes(5)),
        ],
        Recent =
        [
            Op(OperationKind.SmartScan, OperationState.Completed, TimeSpan.FromSeconds(52_788)) with { Report = new OperationReport { Added = 12, Updated = 3, Seconds = 12 } },
            Op(OperationKind.AccountExport, OperationState.CompletedWithErrors, TimeSpan.FromDays(2)) with { Report = new OperationReport { Errors = 9, Seconds = 1 } },
            Op(OperationKind.AccountScan, OperationState.Failed, TimeSpan.FromDays(3)) with { Error = "The source is away. " + new string('x', 200) },
        ],
        Schedule =
        [
            new ScheduleInfo(ScheduledOperation.SmartScan, true, "0 4 * * *", "Test", false, false, Now.AddHours(8).AddMinutes(20), Now.AddHours(-15), null),
            new ScheduleInfo(ScheduledOperation.Purge, false, "0 6 * * 0", "Test", false, false, null, null, null),
            new ScheduleInfo(ScheduledOperation.CoherencyCheck, true, "0 6 * * 6", "Test", false, false, Now.AddDays(7), null, new DateTimeOffset(2026, 11, 21, 6, 0, 0, TimeSpan.Zero)),
        ],
        Health = new HealthReport
        {
            Path = "/srv/backup", Time = Now, Accounts = 12, Items = 345_678, StoredBytes = 1_200_000_000, FreeBytes = 34_000_000_000, RpoSeconds = 0.42, DaysUntilFull = 120,
            Checks =
            [
                new HealthCheck("SmartScan", HealthStatus.Ok, "Fine."), new HealthCheck("FreeSpace", HealthStatus.Ok, "Fine."),
                new HealthCheck("Accounts", HealthStatus.Critical, "3 accounts of the server are not in the backup, carol@example.org first. Run 'mailbackup scan'."),
            ],
        },
    };
}
