using MailBackup.Realtime;

namespace MailBackup.Services;

/// <summary>The resident service of a backup path, as other processes see it.</summary>
public sealed record ServiceInfo
{
    public ServiceState State { get; init; }

    /// <summary>Null when none runs.</summary>
    public int? ProcessId { get; init; }

    public string? User { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Heartbeat { get; init; }

    public string? Version { get; init; }

    /// <summary>systemd watches over it, and starts it again when it fails.</summary>
    public bool Supervised { get; init; }

    /// <summary>What is run by itself next, and when.</summary>
    public string? NextOperation { get; init; }

    public DateTimeOffset? NextRun { get; init; }

    public RealtimeInfo Realtime { get; init; } = new();

    /// <summary>True when all that changed in an account is in the backup, as far as realtime knows.</summary>
    public bool KeepsUp(string account) =>
        State == ServiceState.Running && Realtime is { State: RealtimeState.Running, Pending: 0 }
        && !Realtime.Unwatched.Contains(account, StringComparer.OrdinalIgnoreCase) && !Realtime.Rounds.Contains(account, StringComparer.OrdinalIgnoreCase);
}
