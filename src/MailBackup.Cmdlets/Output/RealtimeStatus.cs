using MailBackup.Realtime;
using MailBackup.Services;

namespace MailBackup.Cmdlets.Output;

/// <summary>The realtime scanner of a backup path.</summary>
public sealed class RealtimeStatus
{
    internal RealtimeStatus(bool enabled, ServiceInfo service, string backupPath)
    {
        var info = service.Realtime;
        Enabled = enabled;
        State = info.State;
        Since = info.Since;
        Changes = info.Changes;
        Pending = info.Pending;
        InScan = info.InScan;
        LagSeconds = info.LagSeconds;
        LastChange = info.LastChange;
        Watches = info.Watches;
        Overflows = info.Overflows;
        Troubles = info.Troubles;
        Unwatched = [.. info.Unwatched];
        Rounds = [.. info.Rounds];
        RoundSeconds = info.RoundSeconds;
        Protection = info.Protection;
        Warning = info.Warning;
        WaitsFor = info.Wait?.Operation;
        WaitsSince = info.Wait?.Since;
        ServiceState = service.State;
        BackupPath = backupPath;
    }

    /// <summary>The configuration asks for it.</summary>
    public bool Enabled { get; }

    /// <summary>What it does; stopped while no service runs.</summary>
    public RealtimeState State { get; }

    public DateTimeOffset? Since { get; }

    public long Changes { get; }

    public int Pending { get; }

    /// <summary>Those of <see cref="Pending"/> that a running scan saves itself.</summary>
    public int InScan { get; }

    public double LagSeconds { get; }

    public DateTimeOffset? LastChange { get; }

    public int Watches { get; }

    public long Overflows { get; }

    public long Troubles { get; }

    public string[] Unwatched { get; }

    /// <summary>Accounts that are looked at every <see cref="RoundSeconds"/> only.</summary>
    public string[] Rounds { get; }

    public double RoundSeconds { get; }

    public string? Protection { get; }

    public string? Warning { get; }

    /// <summary>The operation during which changes are gathered rather than saved; null when they are saved.</summary>
    public string? WaitsFor { get; }

    public DateTimeOffset? WaitsSince { get; }

    public ServiceState ServiceState { get; }

    public string BackupPath { get; }
}
