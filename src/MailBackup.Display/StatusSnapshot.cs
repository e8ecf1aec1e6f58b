using MailBackup.Health;
using MailBackup.Operations;
using MailBackup.Scheduling;
using MailBackup.Services;

namespace MailBackup.Display;

/// <summary>What a backup path was doing at a moment: all that <see cref="StatusView"/> shows.</summary>
public sealed record StatusSnapshot
{
    public required string Path { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The zone that times are shown in.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    /// <summary>Turns advice of the engine, which names the command, into the words of whoever shows it.</summary>
    public Func<string, string> Words { get; init; } = static text => text;

    public ServiceInfo Service { get; init; } = new();

    /// <summary>Whether realtime is switched on, running or not.</summary>
    public bool RealtimeEnabled { get; init; }

    /// <summary>Running and queued, in order.</summary>
    public IReadOnlyList<Operation> Queue { get; init; } = [];

    /// <summary>Ended lately, newest first.</summary>
    public IReadOnlyList<Operation> Recent { get; init; } = [];

    public IReadOnlyList<ScheduleInfo> Schedule { get; init; } = [];

    /// <summary>Null until the first survey has come back.</summary>
    public HealthReport? Health { get; init; }

    /// <summary>Why there is no survey.</summary>
    public string? HealthError { get; init; }

    /// <summary>Of the running operation, over the last seconds.</summary>
    public double ItemsPerSecond { get; init; }

    public double BytesPerSecond { get; init; }

    /// <summary>Changes that realtime made durable each second, oldest first; empty until it can be told.</summary>
    public IReadOnlyList<double> ChangeRates { get; init; } = [];

    /// <summary>Whether what <paramref name="goal"/> names has been reached.</summary>
    public bool Reaches(StatusGoal goal) => goal switch
    {
        StatusGoal.Idle => Queue.Count == 0 && Service.Realtime.Pending == 0,
        StatusGoal.ServiceRunning => Service.State == ServiceState.Running,
        _ => Health is { Status: HealthStatus.Ok },
    };
}
